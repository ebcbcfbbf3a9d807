import { PRECISIONS, type BlockContext, type Precision } from '@hrm/layers';
import { expectChoice, expectFactory, expectOptions, expectPart, expectSizes } from '@hrm/layers/internal';
import type { RecursionSchedule, Refiner } from '@hrm/recursion';
import type { HaltingFactory } from '@hrm/act';
import { expectCandidates, type Candidates } from './candidates';
import type { ModelConfig } from './config/model-config';
import { expectPositions, type Positions } from './config/positions';

/** Options of `RecursiveReasoner`. */
export interface RecursiveReasonerOptions {
  vocabSize: number;
  /** Tokens of a puzzle. */
  seqLen: number;
  hiddenSize: number;
  /** Makes f_L and f_H. May return the same module twice. */
  levels: (context: BlockContext) => { lowLevel: Refiner; highLevel: Refiner };
  schedule: RecursionSchedule;
  halting: HaltingFactory;
  /** Default `'rope'`. Blocks without attention, such as the mixer, ignore rotary tables. */
  positions?: Positions;
  /** Base of the rotary wavelengths. Default 10,000. */
  ropeTheta?: number;
  /** A learned vector per puzzle identifier, placed before the tokens. Default none. */
  puzzleEmbedding?: { puzzles: number; size: number; positions?: number } | undefined;
  /**
   * In which numbers the products of f_L, f_H and the output head are computed, as the official `forward_dtype`.
   * `'bfloat16'` needs native TensorFlow; other backends compute in float32. Default `'float32'`.
   */
  precision?: Precision;
  /**
   * Makes each cell a position for each value it can have, instead of one position. The model then knows that all values
   * are alike; blocks such as `poolingBlock` let the positions exchange messages. Without other positions
   * (`positions: 'none'`) and puzzle embedding. Default none.
   */
  candidates?: Candidates | undefined;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
  /** The model as plain data, which `saveModel` writes. `buildModel` sets it. Default none. */
  config?: ModelConfig;
}

const OPTIONS = [
  'vocabSize',
  'seqLen',
  'hiddenSize',
  'levels',
  'schedule',
  'halting',
  'positions',
  'ropeTheta',
  'puzzleEmbedding',
  'precision',
  'candidates',
  'seed',
  'config',
] as const satisfies readonly (keyof RecursiveReasonerOptions)[];

/** Options that `hrm()` and `trm()` share. */
export const REASONER_OPTIONS = OPTIONS.map((name) => (name === 'levels' ? 'block' : name));

/** Throws unless a `RecursiveReasoner` can be made of these options. @throws TypeError, RangeError */
export function expectReasonerOptions(options: RecursiveReasonerOptions): void {
  expectOptions('RecursiveReasoner', options, OPTIONS);
  const { vocabSize, seqLen, hiddenSize, levels, schedule, halting, puzzleEmbedding } = options;
  const { positions = 'rope', precision = 'float32', candidates } = options;
  expectSizes('RecursiveReasoner', { vocabSize, seqLen, hiddenSize });
  expectFactory('RecursiveReasoner: levels', levels, '(context) => ({ lowLevel, highLevel })');
  expectPart('RecursiveReasoner: schedule', schedule, ['refine']);
  expectFactory('RecursiveReasoner: halting', halting, 'qLearningHalting()');
  expectPositions(positions, seqLen);
  expectChoice('RecursiveReasoner', { precision }, PRECISIONS);
  if (!candidates) return;
  expectCandidates(candidates, vocabSize);
  if (positions === 'none' && !puzzleEmbedding) return;
  throw new RangeError(
    "RecursiveReasoner: candidates need positions 'none' and no puzzleEmbedding; all values of a cell are alike",
  );
}
