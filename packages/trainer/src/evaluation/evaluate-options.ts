import type { TokenLoss } from '@hrm/act';
import type { Task } from '@hrm/data';
import type { Communicator } from '@hrm/distributed';
import type { Compile } from '@hrm/layers';
import type { EvaluatedSegment, EvaluationStep } from './evaluation-step';

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /**
   * `'end'` runs all segments, as the official code does, and also returns the figures at the segment where the
   * controller would halt each puzzle. `'halted'` removes each puzzle from its batch at that segment. It is faster, and
   * returns only the figures at halting. Default `'end'`.
   */
  until?: 'end' | 'halted' | undefined;
  /** With `until: 'end'`. Default `stablemaxCrossEntropy`. */
  tokenLoss?: TokenLoss;
  /**
   * The task's own check of an answer. The result then has `valid`: a question with several right answers has only one of
   * them as its label. Default: only labels count.
   */
  verify?: Task['verify'] | undefined;
  /** Such as `compile` of `@hrm/runtime`. Default: not compiled. */
  compile?: Compile | undefined;
  /** Stops the evaluation before the next segment, with the signal's reason as the error. */
  signal?: AbortSignal | undefined;
  /** With `until: 'halted'`: sizes that a batch may shrink to; see `Solver.solveAll`. */
  bucketSizes?: readonly number[] | undefined;
  /**
   * With `until: 'end'`: a compiled `evaluationStep`, to use it for several evaluations. Default: a new one, which is
   * disposed of at the end.
   */
  step?: EvaluationStep;
  /**
   * With `until: 'end'`: puzzles of each batch that run together; see the `Trainer`'s option. Default: the whole batch.
   */
  microBatch?: number | undefined;
  /** How many of these parts run at once, or into how many a batch is split without `microBatch`. Default 1. */
  lanes?: number | undefined;
  /**
   * Evaluates with other ranks: every rank is given the same batches and takes its share of each; all return the figures
   * of the whole. `onBatch`, `onSegment` and `microBatch` are about the share. Default: one process.
   */
  communicator?: Communicator | undefined;
  /** Called after each batch, for progress. */
  onBatch?: ((done: { batches: number; count: number }) => void) | undefined;
  /**
   * With `until: 'end'`: called after each segment of each batch, or of each part of one, with its token logits,
   * halting logits and carry; do not keep them.
   */
  onSegment?: ((segment: EvaluatedSegment, index: number) => void | Promise<void>) | undefined;
}
