/** The model's answer to a puzzle after one segment. */
export interface SegmentResult {
  /** Number of the segment, from 1. */
  segment: number;
  /** The most likely token at each position, `[seqLen]`. */
  answer: Int32Array;
  /** Whether the controller halts the puzzle here. */
  halted: boolean;
  /** The halting controller's logits, such as `halt` and `continue`. */
  haltLogits: { [name: string]: number };
  /** The halting controller's state, such as `remaining` or `residual`: one number each for most controllers. */
  haltingState: { [name: string]: ArrayLike<number> };
}

/** The answer to a puzzle, and the result of each segment. */
export interface Solution {
  /** The most likely token at each position after the last segment, `[seqLen]`. */
  answer: Int32Array;
  /** Number of segments run. */
  segments: number;
  /** The result of each segment, in order. */
  history: readonly SegmentResult[];
}

/** Makes a solution from the results of all segments. */
export function solutionOf(history: readonly SegmentResult[]): Solution {
  return { answer: history.at(-1)!.answer, segments: history.length, history };
}
