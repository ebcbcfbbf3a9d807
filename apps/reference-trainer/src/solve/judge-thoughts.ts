import type { Thought } from '@hrm/models';
import type { ShownPuzzle } from './show-puzzle';

/** What a model answered to a puzzle. */
export interface JudgedAnswer {
  answer: string;
  tokens: Int32Array;
  /** Whether it is right; null where nobody can tell. */
  valid: boolean | null;
  /** What is wrong with it. */
  reason?: string | undefined;
  /** Segments run. */
  segments: number;
  /** The segment after which the answer did not change any more. */
  settledAfter: number;
  /** The first segment after which the model would have stopped. */
  haltedAfter?: number | undefined;
}

/** How many tokens of an answer differ from the one before it; all of them in the first. */
export const countChanges = (answer: Int32Array, before: Int32Array | undefined): number =>
  answer.filter((token, i) => token !== before?.[i]).length;

/** Looks whether the answer that a model's thoughts come to is right, and when it came to it. */
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
