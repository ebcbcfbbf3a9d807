import type { SeededRandom } from '../seeded-random';

/** Changes one example in place: its tokens and its labels [seqLen]. All it draws comes from `random`. */
export type Augmentation = (inputs: Int32Array, labels: Int32Array, random: SeededRandom) => void;
