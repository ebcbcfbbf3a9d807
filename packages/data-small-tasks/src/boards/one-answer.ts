import type { Examination, SeededRandom } from '@hrm/data';

type Tokens = ArrayLike<number>;

/** Finds answers of a question, at most `limit`. */
export type Solve = (question: Tokens, limit: number) => Int32Array[];

/**
 * Reveals cells of the answer until no other answer is right. Each revealed cell rules out an answer that was still
 * possible.
 */
export function revealUntilOneAnswer(options: {
  blank: Tokens;
  answer: Tokens;
  solve: Solve;
  random: SeededRandom;
}): Int32Array {
  const { answer, solve, random } = options;
  const question = Int32Array.from(options.blank);
  for (;;) {
    const cells = solve(question, 2)
      .map((found) => [...found.keys()].filter((cell) => found[cell] !== answer[cell]))
      .find((differing) => differing.length > 0);
    if (!cells) return question;
    const cell = cells[random.integer(cells.length)]!;
    question[cell] = answer[cell]!;
  }
}

/** Whether a question has no answer, one or several. */
export function countAnswers(question: Tokens, solve: Solve): Examination {
  const [answer, other] = solve(question, 2);
  if (!answer) return { flaw: 'it has no answer' };
  return other ? { note: 'several answers are right' } : { answer };
}

/** The cells of an answer that are not one of the tokens of answers, or differ from a cell that is known. */
export function changedCells(
  question: Tokens,
  answer: Tokens,
  isBlank: (token: number) => boolean,
  tokens: readonly number[],
): number[] {
  return [...Array.from(question).keys()].filter((cell) =>
    isBlank(question[cell]!) ? !tokens.includes(answer[cell]!) : answer[cell] !== question[cell],
  );
}
