import type { SeededRandom } from '../seeded-random';

/** Changes the tokens and labels of one example in place, each [seqLen]. Draws all random numbers from `random`. */
export type Augmentation = (inputs: Int32Array, labels: Int32Array, random: SeededRandom) => void;
