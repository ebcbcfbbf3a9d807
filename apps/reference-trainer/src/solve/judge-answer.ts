import type { SegmentResult } from '@hrm/models';
import type { ShownPuzzle } from './show-puzzle';

/** A model's answer to a puzzle, and whether it is right. */
export interface CheckedAnswer {
  answer: string;
  tokens: Int32Array;
  /** Whether the answer is right; null if puzzles of this kind cannot be verified. */
  valid: boolean | null;
  /** Why it is wrong. */
  reason?: string | undefined;
}

/** The answer of one pass, and when the model reached it. */
export interface JudgedAnswer extends CheckedAnswer {
  /** Segments run. */
  segments: number;
  /** The last segment that changed the answer. */
  settledAfter: number;
  /** The segment after which the model would have stopped. */
  haltedAfter?: number | undefined;
}

/**
 * The number of cells that differ from the answer before; all of them in the first answer. What a model predicts for
 * padding is no part of its answer.
 */
export function countChanges(shown: ShownPuzzle, answer: Int32Array, before: Int32Array | undefined): number {
  if (!before) return answer.length;
  const [cells, cellsBefore] = [shown.cells(answer), shown.cells(before)];
  return cells.filter((token, i) => token !== cellsBefore[i]).length;
}

/** Checks an answer by the rules of the task, if it has a check. */
export function checkAnswer(shown: ShownPuzzle, tokens: Int32Array): CheckedAnswer {
  const verdict = shown.verify(tokens);
  return {
    answer: shown.format(tokens),
    tokens,
    valid: verdict ? verdict.valid : null,
    reason: verdict?.reason,
  };
}

/** Checks the model's last answer, and finds the segment after which it was settled. */
export function judgeAnswer(shown: ShownPuzzle, history: readonly SegmentResult[]): JudgedAnswer {
  return {
    ...checkAnswer(shown, history.at(-1)!.answer),
    segments: history.length,
    settledAfter: history.findLast(({ answer }, i) => countChanges(shown, answer, history[i - 1]?.answer) > 0)!.segment,
    haltedAfter: history.find(({ halted }) => halted)?.segment,
  };
}
