import type { TokenLoss } from '@hrm/act';
import type { Compile } from '@hrm/layers';
import type { EvaluatedSegment, EvaluationStep } from './evaluation-step';

/** How `evaluate` runs. */
export interface EvaluateOptions {
  /**
   * `'end'` runs all segments, as the official code evaluates, and tells beside that what is right where the controller
   * would halt each puzzle. `'halted'` lets each puzzle leave its batch there, which shrinks: the faster one, for the
   * second of these figures alone. Default `'end'`.
   */
  until?: 'end' | 'halted' | undefined;
  /** With `until: 'end'`. Default `stablemaxCrossEntropy`. */
  tokenLoss?: TokenLoss;
  /** Default: run as it is. */
  compile?: Compile | undefined;
  /** Ends the evaluation before the next segment, with the signal's reason as the error. */
  signal?: AbortSignal | undefined;
  /** With `until: 'halted'`: sizes that a batch may shrink to; see `Solver.solveAll`. */
  bucketSizes?: readonly number[] | undefined;
  /**
   * With `until: 'end'`: an `evaluationStep`, compiled already, to be used again and again. Default: one made, and
   * disposed of, here.
   */
  step?: EvaluationStep;
  /** With `until: 'end'`: puzzles of each batch that run together; see the `Trainer`'s option. Default: the whole batch. */
  microBatch?: number | undefined;
  /** How many of these parts run at once, or into how many a batch is split without `microBatch`. Default 1. */
  lanes?: number | undefined;
  /** Called after each batch, for progress. */
  onBatch?: ((done: { batches: number; count: number }) => void) | undefined;
  /**
   * With `until: 'end'`: called after each segment of each batch, or of each part of one, with its token logits, halting
   * logits and carry; do not keep them.
   */
  onSegment?: ((segment: EvaluatedSegment, index: number) => void | Promise<void>) | undefined;
}
