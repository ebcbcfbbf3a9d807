import { FileFormatError } from '@hrm/files';

/**
 * Thrown for a puzzle file that cannot be read. Has the path and the place in the file, what was wrong and what was
 * expected.
 *
 * @example
 * ```ts
 * import { PuzzleFileError, readSudokuCsv } from '@hrm/data-sudoku-maze/files';
 *
 * try {
 *   await readSudokuCsv('no-such-file.csv');
 * } catch (error) {
 *   if (error instanceof PuzzleFileError) console.log(error.path, error.line, error.message);
 * }
 * ```
 */
export class PuzzleFileError extends Error {
  override readonly name = 'PuzzleFileError';
  readonly path: string;
  /** Line of a text file, from 1. */
  readonly line: number | undefined;
  /** Character of that line, from 1. */
  readonly column: number | undefined;
  /** Byte of a binary file, from 0. */
  readonly offset: number | undefined;

  constructor(
    path: string,
    message: string,
    place: {
      line?: number | undefined;
      column?: number | undefined;
      offset?: number | undefined;
      cause?: unknown;
    } = {},
  ) {
    const { line, column, offset, cause } = place;
    super(`${[path, line, column].filter((part) => part !== undefined).join(':')}: ${message}`, { cause });
    this.path = path;
    this.line = line;
    this.column = column;
    this.offset = offset;
  }
}

/** Turns any error into a `PuzzleFileError`. A `PuzzleFileError` is returned unchanged. */
export function asPuzzleFileError(path: string, error: unknown): PuzzleFileError {
  if (error instanceof PuzzleFileError) return error;
  if (error instanceof FileFormatError) {
    const { problem, expected, offset, line } = error;
    const place = offset === undefined ? '' : `byte ${offset}: `;
    const message = `${place}${problem}${expected === undefined ? '' : `; expected ${expected}`}`;
    return new PuzzleFileError(error.path ?? path, message, { line, offset, cause: error });
  }
  return new PuzzleFileError(path, error instanceof Error ? error.message : String(error), { cause: error });
}
