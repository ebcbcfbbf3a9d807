import { counted } from '../terminal/counted';
import type { Terminal } from '../terminal/terminal';
import type { PassAnswer } from './pass-over-each';
import type { PuzzleInText } from './puzzles-in-text';
import type { ShownPuzzle } from './show-puzzle';
import type { ThoughtAnswer } from './think-longer';

/** Exit status if a puzzle has no solution. */
const BAD_PUZZLE = 2;

/** An answer, and what it cost; how it was chosen, or when the model reached it in one pass. */
export type WrittenAnswer = Omit<ThoughtAnswer, 'chosenBy'> &
  Partial<Pick<ThoughtAnswer, 'chosenBy'> & Pick<PassAnswer, 'settledAfter' | 'haltedAfter'>>;

/**
 * Solves puzzles, and writes one answer per line. Puzzles without a solution are not tried.
 *
 * @param answersTo gives the answers to puzzles in their order.
 */
export async function writeAnswers(
  answersTo: (puzzles: readonly ShownPuzzle[]) => AsyncGenerator<WrittenAnswer, void, undefined>,
  puzzles: readonly PuzzleInText[],
  terminal: Terminal,
): Promise<void> {
  const started = performance.now();
  const counts = {
    count: puzzles.length,
    solved: 0,
    tries: 0,
    segments: 0,
    modelCalls: 0,
    impossible: 0,
    unverified: 0,
  };
  const tried = puzzles.map(({ shown }) => shown).filter(({ flaw }) => flaw === undefined);
  const answers = answersTo(tried);
  for (const { line, shown } of puzzles) {
    const puzzle = shown.format();
    if (shown.flaw !== undefined) {
      counts.impossible++;
      terminal.answer(`${puzzle}\tcannot be solved: ${shown.flaw}`, {
        line,
        puzzle,
        answer: null,
        valid: false,
        flaw: shown.flaw,
      });
      continue;
    }
    const next = (await answers.next()).value as WrittenAnswer;
    const { answer, valid, reason, segments, settledAfter, haltedAfter, tries, modelCalls, chosenBy } = next;
    counts.tries += tries;
    counts.segments += segments;
    counts.modelCalls += modelCalls;
    if (valid) counts.solved++;
    if (valid === null) counts.unverified++;
    const outcome = valid === null ? 'not verified' : valid ? 'solved' : `not solved: ${reason}`;
    terminal.answer(`${answer}\t${outcome}${shown.note === undefined ? '' : ` (${shown.note})`}`, {
      line, puzzle, answer, valid, segments, settledAfter, haltedAfter, ...(chosenBy && { tries, modelCalls, chosenBy }), ...(shown.note !== undefined && { note: shown.note }),
    }); // prettier-ignore
  }
  const seconds = (performance.now() - started) / 1000;
  const { count, solved, impossible, unverified } = counts;
  const parts = [
    ...(unverified < count ? [`solved ${solved}`] : []),
    ...(impossible > 0 ? [`${impossible} cannot be solved`] : []),
    ...(unverified > 0 ? [`${unverified} not verified`] : []),
  ];
  terminal.say(`Of ${counted(count, 'puzzle')}: ${parts.join(', ')}, in ${seconds.toFixed(1)} s.`);
  terminal.result({ ...counts, seconds });
  if (impossible > 0) process.exitCode = BAD_PUZZLE;
}
