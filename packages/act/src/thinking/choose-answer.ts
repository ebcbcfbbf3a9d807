import type { Attempt, ChosenBy } from './thought';

/** The attempts by answer: most votes first, then the higher mean halt value, then the earliest. */
function rankAnswers(attempts: readonly Attempt[]): Attempt[][] {
  const byAnswer = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const key = attempt.answer.join();
    byAnswer.set(key, [...(byAnswer.get(key) ?? []), attempt]);
  }
  const confidence = (group: readonly Attempt[]) =>
    group.reduce((sum, { haltValue = 0 }) => sum + haltValue, 0) / group.length;
  return [...byAnswer.values()].sort((a, b) => b.length - a.length || confidence(b) - confidence(a));
}

/** The most frequent token of each cell; of several, the one whose first try is earliest. */
function voteByCell(attempts: readonly Attempt[]): Int32Array {
  return attempts[0]!.answer.map((_, cell) => {
    const votes = new Map<number, number>();
    for (const { answer } of attempts) votes.set(answer[cell]!, (votes.get(answer[cell]!) ?? 0) + 1);
    return [...votes].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
  });
}

/** The chosen answer. */
export interface Choice {
  answer: Int32Array;
  chosenBy: ChosenBy;
  /** The try that it is from; undefined if it is put together from several. */
  attempt: Attempt | undefined;
}

/**
 * Chooses an answer among those of some tries. A verified one is taken always.
 *
 * @param attempts at least one, in their order. Those that have been stopped do not count.
 * @param by `'verify'` chooses by agreement, if none is verified.
 */
export function chooseAnswer(attempts: readonly Attempt[], by: Exclude<ChosenBy, 'only'>): Choice {
  const verified = attempts.find((attempt) => attempt.verified);
  if (verified) return { answer: verified.answer, chosenBy: 'verify', attempt: verified };
  const ended = attempts.filter(({ stopped }) => !stopped);
  const from = (attempt: Attempt, chosenBy: ChosenBy): Choice => ({ answer: attempt.answer, chosenBy, attempt });
  if (ended.length === 1) return from(ended[0]!, 'only');
  if (by === 'cells') return { answer: voteByCell(ended), chosenBy: 'cells', attempt: undefined };
  if (by === 'halt') {
    return from(
      ended.reduce((best, next) => (next.haltValue! > best.haltValue! ? next : best)),
      'halt',
    );
  }
  return from(rankAnswers(ended)[0]![0]!, 'agreement');
}
