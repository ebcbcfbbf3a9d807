/** What the model has after one segment. */
export interface Thought {
  /** Counted from 1. */
  segment: number;
  /** The likeliest token at each position, `[seqLen]`. */
  answer: Int32Array;
  /** Whether the controller would stop here. */
  halted: boolean;
  /** The halting controller's logits, such as `halt` and `continue`. */
  haltLogits: { [name: string]: number };
  /** The halting controller's own state, such as `remaining` or `residual`: one number for most. */
  haltingState: { [name: string]: ArrayLike<number> };
}

/** A puzzle's answer, and how the model came to it. */
export interface Solution {
  /** The likeliest token at each position after the last segment, `[seqLen]`. */
  answer: Int32Array;
  /** Segments that were run. */
  segments: number;
  /** What the model had after each segment. */
  thoughts: readonly Thought[];
}

/** The solution that thoughts come to. */
export function solutionOf(thoughts: readonly Thought[]): Solution {
  return { answer: thoughts.at(-1)!.answer, segments: thoughts.length, thoughts };
}
