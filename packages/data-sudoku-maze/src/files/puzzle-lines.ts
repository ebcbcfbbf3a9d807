import type { SudokuPuzzle } from '../sudoku/generate-sudoku';
import { geometryOfGrid, type SudokuSize } from '../sudoku/sudoku-geometry';
import { SudokuSolver } from '../sudoku/sudoku-solver';
import { parseSudoku } from '../sudoku/sudoku-text';
import { PuzzleFileError } from './puzzle-file-error';
import { type PuzzleRow, PuzzleRows, PuzzleTable } from './puzzle-table';
import { withBoundedFile } from './read-bounded';

/** No puzzle and hardly a comment is longer. */
const MAX_LINE_CHARACTERS = 2 ** 20;

/** How a file of one-line puzzles is read. */
export interface ReadLinesOptions {
  /** The size expected. Default: that of the first puzzle. */
  size?: SudokuSize;
  /** Accept puzzles with several solutions, with the first found as the answer. Default false. */
  allowSeveral?: boolean;
  /** Guesses the solver may make for one puzzle. Default 100,000. */
  maxGuesses?: number;
  /** Largest file read, in bytes. Default 256 MiB. */
  maxFileBytes?: number;
}

/**
 * Reads Sudokus from a plain file, one puzzle a line, and solves them: cells row by row, '.' or '0' for blank. Empty
 * lines and lines that begin with '#' are skipped.
 *
 * @throws PuzzleFileError with path and line: wrong length, foreign characters, no or several solutions, or one that is
 *   too hard to solve within `maxGuesses`.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { formatSudoku } from '@hrm/data-sudoku-maze';
 * import { readPuzzleLines } from '@hrm/data-sudoku-maze/files';
 *
 * const path = join(tmpdir(), 'example-puzzles.txt');
 * await writeFile(path, '# two easy ones\n1.....3..4.....2\n.43..32..21.....\n');
 * for (const { answer } of await readPuzzleLines(path)) console.log(formatSudoku(answer));
 * ```
 */
export async function readPuzzleLines(
  path: string,
  options: ReadLinesOptions = {},
): Promise<PuzzleTable<SudokuPuzzle>> {
  const { allowSeveral = false, maxGuesses = 100_000, maxFileBytes = 256 * 2 ** 20 } = options;
  const puzzles = new PuzzleRows();
  let { size } = options;
  let solver: SudokuSolver | undefined;

  const read = (content: string): PuzzleRow => {
    const question = parseSudoku(content, size);
    solver ??= new SudokuSolver(geometryOfGrid(question));
    size = solver.geometry.size;
    const { solutions, answer, complete } = solver.search(question, { limit: allowSeveral ? 1 : 2, maxGuesses });
    if (solutions > 1) throw new Error('the puzzle has several solutions; expected one');
    if (!complete) throw new Error(`the puzzle was not solved in ${maxGuesses} guesses; raise maxGuesses`);
    if (!answer) throw new Error('the puzzle has no solution; expected one');
    return { question, answer };
  };
  let line = 0;
  const take = (text: string): void => {
    line++;
    const content = text.trim();
    if (content === '' || content.startsWith('#')) return;
    try {
      puzzles.set(puzzles.length, read(content));
    } catch (error) {
      throw new PuzzleFileError(path, (error as Error).message, { line, cause: error });
    }
  };
  await withBoundedFile(path, maxFileBytes, async (file) => {
    let rest = '';
    for await (const piece of file.createReadStream({ encoding: 'utf8', autoClose: false })) {
      const lines = `${rest}${piece}`.split('\n');
      rest = lines.pop()!;
      for (const text of lines) take(text);
      if (rest.length > MAX_LINE_CHARACTERS) {
        const message = `expected lines of at most ${MAX_LINE_CHARACTERS} characters; got one of more`;
        throw new PuzzleFileError(path, message, { line: line + 1 });
      }
    }
    take(rest);
  });
  return new PuzzleTable(puzzles, (row) => row);
}
