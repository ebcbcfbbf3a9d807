import type { Thought } from '@hrm/models';
import type { ShownPuzzle } from './show-puzzle';

/** A model's answer to a puzzle, and whether it is right. */
export interface JudgedAnswer {
  answer: string;
  tokens: Int32Array;
  /** Whether the answer is right; null if puzzles of this kind cannot be verified. */
  valid: boolean | null;
  /** Why it is wrong. */
  reason?: string | undefined;
  /** Segments run. */
  segments: number;
  /** The last segment that changed the answer. */
  settledAfter: number;
  /** The segment after which the model would have stopped. */
  haltedAfter?: number | undefined;
}

/** The number of tokens that differ from the answer before; all of them in the first answer. */
export const countChanges = (answer: Int32Array, before: Int32Array | undefined): number =>
  answer.filter((token, i) => token !== before?.[i]).length;

/** Verifies the last answer of a model, and finds when it was reached. */
export function judgeThoughts(shown: ShownPuzzle, thoughts: readonly Thought[]): JudgedAnswer {
  const tokens = thoughts.at(-1)!.answer;
  const verdict = shown.verify(tokens);
  return {
    answer: shown.format(tokens),
    tokens,
    valid: verdict ? verdict.valid : null,
    reason: verdict?.reason,
    segments: thoughts.length,
    settledAfter: thoughts.findLast(({ answer }, i) => countChanges(answer, thoughts[i - 1]?.answer) > 0)!.segment,
    haltedAfter: thoughts.find(({ halted }) => halted)?.segment,
  };
}
