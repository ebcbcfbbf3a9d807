import type { Positions } from './positions';

/** A part chosen by name, and its options. */
export type PartConfig = { type: string } & { [option: string]: unknown };

/** A model as a config file describes it: plain data, from which `buildModel` makes the model. */
export interface ModelConfig {
  /** `hrm`: f_L and f_H are two networks; `trm`: they are one. */
  family: 'hrm' | 'trm';
  vocabSize: number;
  seqLen: number;
  hiddenSize: number;
  /** Blocks in f_H; in TRM it has no meaning. Default 4. */
  hLayers?: number;
  /** Blocks in f_L, or of TRM's one network. Default 4, or 2 in TRM. */
  lLayers?: number;
  /** Such as `{ type: 'attention', heads: 8 }` or `{ type: 'mixer' }`. */
  block: PartConfig;
  /** Such as `{ type: 'one-step-gradient', hCycles: 2, lCycles: 2 }`. */
  schedule: PartConfig;
  /** Such as `{ type: 'q-learning', maxSegments: 16 }`. */
  halting: PartConfig;
  /** Such as `'rope'`, or for a grid `{ type: 'grid-rope', rows: 9, columns: 9 }`. Default `'rope'`. */
  positions?: Positions;
  ropeTheta?: number;
  puzzleEmbedding?: { puzzles: number; size: number; positions?: number } | undefined;
}
