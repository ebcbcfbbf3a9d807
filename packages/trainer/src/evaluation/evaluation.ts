import type { AnswerMeans, AnswerScore } from '@hrm/act';
import type { MetricTotals } from '../metrics';

/** The figures of an evaluation if every puzzle stops where the controller halts it. */
export interface HaltedEvaluation extends AnswerMeans {
  /** With the option `verify` and `until: 'halted'`: the share of puzzles whose answer the task accepts. */
  valid?: number;
  /** How many puzzles halt after 1, 2, ... segments. */
  haltingSteps: number[];
}

/** The result of an evaluation. Puzzles without any label do not count. */
export interface Evaluation extends AnswerScore {
  /** With the option `verify`: the share of puzzles whose answer the task accepts, whatever their labels. */
  valid?: number;
  /** The same with each puzzle's answer at the segment where the controller would halt it. */
  halted: HaltedEvaluation;
  /**
   * The sums of all figures over each puzzle's last segment, each with its divisor. Losses are divided by `count`, as
   * in the official code. They are present only with `until: 'end'`.
   */
  totals: MetricTotals;
  /** The number of rows computed in all segments of all batches. The time is proportional to it. */
  rowsComputed: number;
}
