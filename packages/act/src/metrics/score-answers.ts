import type { Solution } from '../inference/solution';

/** The accuracy of answers, and the segments that they took. */
export interface AnswerMeans {
  /** Share of puzzles with all labelled tokens correct. */
  exactAccuracy: number;
  /** Mean share of correct tokens among the labelled ones. */
  accuracy: number;
  /** Mean number of segments that a puzzle takes. */
  meanSegments: number;
}

/** The result of {@link scoreAnswers}. */
export interface AnswerScore extends AnswerMeans {
  /** Number of puzzles with at least one label. Other puzzles, such as padding, are ignored. */
  count: number;
}

/**
 * Computes the accuracy of solutions and their mean number of segments, as evaluation does.
 *
 * @param solutions solutions of a `Solver`, in the order of the puzzles.
 * @param labels the right tokens, `[puzzles * seqLen]`; negative for tokens without a label.
 * @throws RangeError unless there is one label per token of the answers.
 *
 * @example
 * ```ts
 * import { scoreAnswers } from '@hrm/act';
 *
 * const solutions = [{ answer: Int32Array.of(1, 2), segments: 2 }, { answer: Int32Array.of(3, 4), segments: 4 }];
 * console.log(scoreAnswers(solutions, Int32Array.of(1, 2, 3, 5)));
 * // { count: 2, exactAccuracy: 0.5, accuracy: 0.75, meanSegments: 3 }
 * ```
 */
export function scoreAnswers(
  solutions: readonly Pick<Solution, 'answer' | 'segments'>[],
  labels: Int32Array,
): AnswerScore {
  const tokens = solutions.reduce((sum, { answer }) => sum + answer.length, 0);
  if (labels.length !== tokens) {
    throw new RangeError(
      `scoreAnswers: got ${labels.length} labels for ${tokens} tokens of answers, expected ${tokens}`,
    );
  }
  let [count, exact, accuracy, segments, first] = [0, 0, 0, 0, 0];
  for (const { answer, segments: used } of solutions) {
    const own = labels.subarray(first, (first += answer.length));
    const labelled = own.filter((label) => label >= 0).length;
    if (labelled === 0) continue;
    const right = own.filter((label, i) => label >= 0 && label === answer[i]).length;
    count++;
    accuracy += right / labelled;
    segments += used;
    if (right === labelled) exact++;
  }
  const mean = (sum: number) => (count > 0 ? sum / count : 0);
  return { count, exactAccuracy: mean(exact), accuracy: mean(accuracy), meanSegments: mean(segments) };
}
