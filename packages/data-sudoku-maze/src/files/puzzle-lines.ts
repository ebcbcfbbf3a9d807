import type { SudokuPuzzle } from '../sudoku/generate-sudoku';
import { geometryOfGrid, type SudokuSize } from '../sudoku/sudoku-geometry';
import { SudokuSolver } from '../sudoku/sudoku-solver';
import { parseSudoku } from '../sudoku/sudoku-text';
import { PuzzleFileError } from './puzzle-file-error';
import { readBounded } from './read-bounded';

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
export async function readPuzzleLines(path: string, options: ReadLinesOptions = {}): Promise<SudokuPuzzle[]> {
  const { allowSeveral = false, maxGuesses = 100_000, maxFileBytes = 256 * 2 ** 20 } = options;
  const text = (await readBounded(path, maxFileBytes)).toString('utf8');
  const puzzles: SudokuPuzzle[] = [];
  let { size } = options;
  let solver: SudokuSolver | undefined;

  const read = (content: string): SudokuPuzzle => {
    const question = parseSudoku(content, size);
    solver ??= new SudokuSolver(geometryOfGrid(question));
    size = solver.geometry.size;
    const { solutions, answer, complete } = solver.search(question, { limit: allowSeveral ? 1 : 2, maxGuesses });
    if (solutions > 1) throw new Error('the puzzle has several solutions; expected one');
    if (!complete) throw new Error(`the puzzle was not solved in ${maxGuesses} guesses; raise maxGuesses`);
    if (!answer) throw new Error('the puzzle has no solution; expected one');
    return { question, answer };
  };
  for (const [index, line] of text.split('\n').entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    try {
      puzzles.push(read(content));
    } catch (error) {
      throw new PuzzleFileError(path, (error as Error).message, { line: index + 1, cause: error });
    }
  }
  return puzzles;
}
