import type { Precision } from '@hrm/layers';
import type { Candidates } from '../candidates';
import type { Positions } from './positions';

/** A part: its name, and its options. */
export type PartConfig = { type: string } & { [option: string]: unknown };

/** A model as plain data, as in a config file. `buildModel` makes the model. */
export interface ModelConfig {
  /** `hrm`: f_L and f_H are two networks. `trm`: they are one network. */
  family: 'hrm' | 'trm';
  vocabSize: number;
  seqLen: number;
  hiddenSize: number;
  /** Blocks in f_H; ignored for `trm`. Default 4. */
  hLayers?: number;
  /** Blocks in f_L, or in the network of `trm`. Default 4 for `hrm`, 2 for `trm`. */
  lLayers?: number;
  /** For example `{ type: 'attention', heads: 8 }` or `{ type: 'mixer' }`. */
  block: PartConfig;
  /** For example `{ type: 'one-step-gradient', hCycles: 2, lCycles: 2 }`. */
  schedule: PartConfig;
  /** For example `{ type: 'q-learning', maxSegments: 16 }`. */
  halting: PartConfig;
  /** For example `'rope'`, or `{ type: 'grid-rope', rows: 9, columns: 9 }` for a grid. Default `'rope'`. */
  positions?: Positions;
  ropeTheta?: number;
  /** In which numbers products are computed: `'float32'` or `'bfloat16'`. Default `'float32'`. */
  precision?: Precision;
  puzzleEmbedding?: { puzzles: number; size: number; positions?: number } | undefined;
  /** The tokens a cell can have; each cell is then a position for each of them. Default: one position for a cell. */
  candidates?: Candidates | undefined;
}
