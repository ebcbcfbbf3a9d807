import type { Task } from '@hrm/data';
import type { WatchedPuzzle } from '@hrm/ui/run-record';
import { pictureOfAnswer, pictureOfQuestion } from '../examination/picture-of';
import type { AnsweredPuzzles } from '../run-record/run-log';

/** The most puzzles shown. */
const PUZZLES = 12;

/** The puzzles of evaluations, each with all its answers. Those answered last come first, and of these the failed ones. */
export function watchedPuzzles(answered: readonly AnsweredPuzzles[], task: Task): WatchedPuzzle[] {
  const found = new Map<number, WatchedPuzzle & { answers: WatchedPuzzle['answers'][number][] }>();
  for (const { step, puzzles } of answered) {
    for (const { index, question, answer, prediction, exact } of puzzles) {
      const draw = (tokens: readonly number[]) => pictureOfAnswer(task, question, tokens);
      const puzzle = found.get(index) ?? { index, question: pictureOfQuestion(task, question), answer: draw(answer), answers: [] }; // prettier-ignore
      puzzle.answers.push({ step, picture: draw(prediction), isRight: exact });
      found.set(index, puzzle);
    }
  }
  const rank = ({ answers }: WatchedPuzzle) => 2 * answers.at(-1)!.step + (answers.at(-1)!.isRight ? 0 : 1);
  return [...found.values()].sort((one, other) => rank(other) - rank(one)).slice(0, PUZZLES);
}
