import type { Task } from '@hrm/data';
import { UsageError } from '../command-line/usage-error';
import { decodeText } from '../files/decode-text';
import { readRegularFile } from '../files/read-regular-file';
import { readStdin } from '../files/read-stdin';
import { type PuzzleInText, puzzlesInText } from './puzzles-in-text';
import { showPuzzle, type ShownPuzzle } from './show-puzzle';

/** The largest inputs. */
const MAX_STDIN_BYTES = 1 << 26;
const MAX_FILE_BYTES = 1 << 28;

const MISSING = 'PUZZLE is missing: give it on the command line, on stdin or by --file';

/** The text of one or more puzzles. */
export interface PuzzleText {
  content: string;
  from: 'argument' | 'stdin' | 'file';
  /** Names its source in errors. */
  source: string;
}

/** Puzzles to solve: one that is shown segment by segment, or several. */
export type PuzzlesToSolve = { one: ShownPuzzle } | { many: PuzzleInText[] };

/** Options of {@link parsePuzzles}. */
export interface ParsePuzzlesOptions {
  /** Who solves them, for errors. Default `The run`. */
  solver?: string;
  color?: boolean;
}

function readPuzzleFile(file: string): string {
  if (/\.csv$/i.test(file)) {
    throw new UsageError(
      `--file: ${file} is CSV; expected one puzzle per line, or grids. \`hrm data import\` reads CSV, and \`hrm eval\` evaluates the data set it makes`,
    );
  }
  try {
    return decodeText(readRegularFile(file, { maxBytes: MAX_FILE_BYTES }));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(`--file: ${isMissing ? `there is no file ${file}` : (error as Error).message}`);
  }
}

/** Reads the text of the puzzles from the command line, a file or stdin. @throws UsageError if there is none. */
export async function readPuzzleText({ puzzle, file }: { puzzle?: string; file?: string }): Promise<PuzzleText> {
  if (file !== undefined) {
    if (puzzle !== undefined) throw new UsageError('--file: give either a puzzle or a file of puzzles, not both');
    return { content: readPuzzleFile(file), from: 'file', source: file };
  }
  const isPiped = puzzle === undefined || puzzle === '-';
  // Otherwise the command would wait for input without saying so.
  if (puzzle === undefined && process.stdin.isTTY) throw new UsageError(MISSING);
  const content = isPiped ? await readStdin('PUZZLE', MAX_STDIN_BYTES) : puzzle.replace(/^\ufeff/, '');
  if (content.trim() === '') {
    throw new UsageError(MISSING);
  }
  return isPiped ? { content, from: 'stdin', source: 'stdin' } : { content, from: 'argument', source: 'PUZZLE' };
}

/** Parses puzzles of a task. @throws UsageError that says what is wrong, and where. */
export function parsePuzzles(
  task: Task,
  { content, from, source }: PuzzleText,
  options: ParsePuzzlesOptions = {},
): PuzzlesToSolve {
  if (from === 'argument') return { one: showPuzzle(task, content.replace(/\r?\n$/, ''), options) };
  const many = puzzlesInText(task, content, { ...options, source });
  return from === 'stdin' && many.length === 1 ? { one: many[0]!.shown } : { many };
}
