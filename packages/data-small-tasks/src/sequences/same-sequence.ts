import { invalid, VALID, type Verdict } from '@hrm/data';

/** Compares an answer with the only right one. `reason` says what a wrong one is not. */
export function sameSequence(answer: ArrayLike<number>, right: ArrayLike<number>, reason: string): Verdict {
  const length = Math.max(answer.length, right.length);
  const wrong = Array.from({ length }, (_, k) => k).filter((k) => answer[k] !== right[k]);
  return wrong.length === 0 ? VALID : invalid(reason, wrong);
}
