import { PuzzleTextError } from '@hrm/data';
import { parseSudoku, SudokuLineReader } from '@hrm/data-sudoku-maze';
import type { Task } from '../config/run-config';
import { describeTask, parseTokens, showPlainTokens, showPuzzle, type ShownPuzzle, showSudoku } from './show-puzzle';
import { UsageError } from '../command-line/usage-error';

/** A puzzle and its first line, counted from 1. */
export interface PuzzleInText {
  line: number;
  shown: ShownPuzzle;
}

type TaskOf<Kind extends Task['kind']> = Extract<Task, { kind: Kind }>;

function* sudokus(task: TaskOf<'sudoku'>, lines: readonly string[], color: boolean): Generator<PuzzleInText> {
  const reader = new SudokuLineReader(task.size);
  for (const text of lines) {
    const found = reader.take(text);
    if (found) yield { line: found.line, shown: showSudoku(found.question, { color }) };
  }
  reader.end();
}

/** The text as one Sudoku whose line breaks do not matter; undefined if it is none. */
function sudokuOfWhole(text: string, { size }: TaskOf<'sudoku'>): Uint8Array | undefined {
  try {
    return parseSudoku(text, size);
  } catch {
    return undefined;
  }
}

/** Mazes on one line each, or with one line per row. No comments, because '#' is a wall and a space is a cell. */
function* mazes(
  task: TaskOf<'maze'>,
  lines: readonly string[],
  { source, color }: { source: string; color: boolean },
): Generator<PuzzleInText> {
  const { width, height } = task;
  let rows: string[] = [];
  for (const [index, line] of lines.entries()) {
    const isRow = line.length === width;
    if (rows.length === 0 && !isRow && line.trim() === '') continue;
    rows.push(line);
    if (isRow && rows.length < height && index < lines.length - 1) continue;
    // One line with a whole maze, all rows of a maze, or something else, which `showPuzzle` refuses.
    const first = index + 2 - rows.length;
    yield { line: first, shown: showPuzzle(task, rows.join('\n'), { color, place: `${source}:${first}` }) };
    rows = [];
  }
}

/** Puzzles of tokens, each on one or several lines. */
function* tokenPuzzles(task: TaskOf<'tokens'>, lines: readonly string[], source: string): Generator<PuzzleInText> {
  let tokens: number[] = [];
  let begun = 0;
  for (const [index, line] of lines.entries()) {
    if (tokens.length === 0) begun = index + 1;
    try {
      tokens.push(...parseTokens(line, task));
    } catch (error) {
      if (error instanceof PuzzleTextError) throw new PuzzleTextError(error.message, error.position, index + 1);
      throw error;
    }
    if (tokens.length < task.seqLen && index < lines.length - 1) continue;
    if (tokens.length === 0) continue;
    if (tokens.length !== task.seqLen) {
      const expected = `expected ${task.seqLen} tokens for each puzzle, separated by spaces or commas`;
      throw new UsageError(`${source}:${begun}: ${expected}; got ${tokens.length}`);
    }
    yield { line: begun, shown: showPlainTokens(Int32Array.from(tokens)) };
    tokens = [];
  }
}

/**
 * Parses all puzzles of a text: one on each line, or one row per line. `SudokuLineReader` defines the blanks,
 * separators and comments of Sudokus.
 *
 * @param source the source of the text for errors: a file, or stdin.
 * @throws UsageError with line and character of text that cannot be read, or if there is no puzzle.
 */
export function puzzlesInText(
  task: Task,
  text: string,
  { source, color = false }: { source: string; color?: boolean },
): PuzzleInText[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const find = () => {
    switch (task.kind) {
      case 'sudoku':
        return sudokus(task, lines, color);
      case 'maze':
        return mazes(task, lines, { source, color });
      case 'tokens':
        return tokenPuzzles(task, lines, source);
    }
  };
  try {
    const puzzles = [...find()];
    if (puzzles.length > 0) return puzzles;
  } catch (error) {
    if (!(error instanceof PuzzleTextError)) throw error;
    const whole = task.kind === 'sudoku' && sudokuOfWhole(text, task);
    if (whole) return [{ line: 1, shown: showSudoku(whole, { color }) }];
    const place = [source, error.line, error.position === undefined ? undefined : error.position + 1];
    const where = place.filter((part) => part !== undefined).join(':');
    throw new UsageError(`${where}: ${error.message} The run solves ${describeTask(task)}.`);
  }
  throw new UsageError(`${source}: it holds no puzzle; expected ${describeTask(task)}`);
}
