import { PuzzleTextError, type Task } from '@hrm/data';
import { UsageError } from '../command-line/usage-error';
import { sentence, showQuestion, type ShownPuzzle } from './show-puzzle';

/** A puzzle and its first line, counted from 1. */
export interface PuzzleInText {
  line: number;
  shown: ShownPuzzle;
}

/**
 * Parses all puzzles of a text, as the task reads lines: Sudoku and mazes one on each line, or one row per line; others
 * one on each line.
 *
 * @param options `source`, `solver`: where the text is from and who solves it, for errors.
 * @throws UsageError with line and character of text that cannot be read, or if there is no puzzle.
 */
export function puzzlesInText(
  task: Task,
  text: string,
  { source, color = false, solver = 'The run' }: { source: string; color?: boolean; solver?: string },
): PuzzleInText[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  try {
    const puzzles = Array.from(task.readLines(lines), ({ line, question }) => ({
      line,
      shown: showQuestion(task, question, { color }),
    }));
    if (puzzles.length > 0) return puzzles;
  } catch (error) {
    const isOfText = error instanceof PuzzleTextError;
    if (!isOfText && !(error instanceof RangeError)) throw error;
    const { line, position } = isOfText ? error : {};
    const place = [source, line, position === undefined ? undefined : position + 1];
    const where = place.filter((part) => part !== undefined).join(':');
    throw new UsageError(`${where}: ${sentence(error.message)} ${solver} solves ${task.name}.`);
  }
  throw new UsageError(`${source}: it holds no puzzle; expected ${task.name}`);
}
