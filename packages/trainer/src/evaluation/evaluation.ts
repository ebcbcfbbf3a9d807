import type { MetricTotals } from '../metrics';

/** How right the answers of an evaluation are, and after how many segments they were given. */
export interface AnswerMeans {
  /** Share of puzzles with every labelled token right. */
  exactAccuracy: number;
  /** Mean share of labelled tokens that are right. */
  accuracy: number;
  /** Mean number of segments that a puzzle takes. */
  meanSegments: number;
}

/** An evaluation as it is if every puzzle stops where the controller halts it. */
export interface HaltedEvaluation extends AnswerMeans {
  /** How many puzzles halt after 1, 2, ... segments. */
  haltingSteps: number[];
}

/** What an evaluation found. Puzzles without any label count for nothing. */
export interface Evaluation extends AnswerMeans {
  /** Puzzles that have a label anywhere. */
  count: number;
  /** The same with each puzzle's answer at the segment where the controller would halt it. */
  halted: HaltedEvaluation;
  /**
   * All figures of each puzzle's last segment, summed, each with what the sum is divided by. Losses are divided by
   * `count`, as the official code does; they are there where all segments were run.
   */
  totals: MetricTotals;
  /** Rows computed, over all segments of all batches: what the time goes with. */
  rowsComputed: number;
}
