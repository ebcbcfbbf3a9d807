/** How right answers are, see {@link scoreAnswers}. */
export interface AnswerScore {
  /** Puzzles that have a label anywhere; the others, such as padding, do not count. */
  count: number;
  /** Share of these with every labelled token right. */
  exactAccuracy: number;
  /** Mean share of labelled tokens that are right. */
  accuracy: number;
  /** Mean number of segments used by these. */
  meanSegments: number;
}

/**
 * Accuracy of answers and the segments they took, as evaluation counts them: for `inferWithHalting` beside a run of all
 * segments (`haltEarly: false`).
 *
 * @param result answers `[samples * seqLen]` and segments used `[samples]`, of `inferWithHalting`.
 * @param labels the right tokens, `[samples * seqLen]`; negative where there is none.
 * @throws RangeError when there are not as many labels as answers.
 *
 * @example
 * ```ts
 * import { scoreAnswers } from '@hrm/act';
 *
 * const result = { answers: Int32Array.of(1, 2, 3, 4), steps: Int32Array.of(2, 4) };
 * console.log(scoreAnswers(result, Int32Array.of(1, 2, 3, 5)));
 * // { count: 2, exactAccuracy: 0.5, accuracy: 0.75, meanSegments: 3 }
 * ```
 */
export function scoreAnswers(
  { answers, steps }: { answers: Int32Array; steps: Int32Array },
  labels: Int32Array,
): AnswerScore {
  if (labels.length !== answers.length) {
    throw new RangeError(`scoreAnswers: got ${labels.length} labels for ${answers.length} answers, expected as many`);
  }
  const seqLen = answers.length / steps.length;
  let [count, exact, accuracy, segments] = [0, 0, 0, 0];
  steps.forEach((used, sample) => {
    let [labelled, right] = [0, 0];
    for (let i = sample * seqLen; i < (sample + 1) * seqLen; i++) {
      if (labels[i]! < 0) continue;
      labelled++;
      if (answers[i] === labels[i]) right++;
    }
    if (labelled === 0) return;
    count++;
    accuracy += right / labelled;
    segments += used;
    if (right === labelled) exact++;
  });
  const mean = (sum: number) => (count > 0 ? sum / count : 0);
  return { count, exactAccuracy: mean(exact), accuracy: mean(accuracy), meanSegments: mean(segments) };
}
