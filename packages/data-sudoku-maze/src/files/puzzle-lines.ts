import { PuzzleTextError, rowPlaces, type Subsample } from '@hrm/data';
import { openRegularFile } from '@hrm/files/node';
import { expectOptions } from '@hrm/files/internal';
import type { SudokuPuzzle } from '../sudoku/generate-sudoku';
import { sudokuContradiction } from '../sudoku/solving/sudoku-contradiction';
import { geometryOfGrid, type SudokuSize } from '../sudoku/sudoku-geometry';
import { SudokuLineReader } from '../sudoku/text/sudoku-line-reader';
import { SudokuSolver } from '../sudoku/solving/sudoku-solver';
import { asPuzzleFileError, PuzzleFileError } from './puzzle-file-error';
import { type PuzzleRow, PuzzleRows, PuzzleTable } from './puzzle-table';

/** Maximum length of a line. */
const MAX_LINE_CHARACTERS = 2 ** 20;

/** Options of {@link readPuzzleLines}. */
export interface ReadPuzzleLinesOptions {
  /** The expected size. Default: that of the first puzzle. */
  size?: SudokuSize;
  /** Accept puzzles with several solutions, and use the first one found as the answer. Default false. */
  allowSeveral?: boolean;
  /** Maximum number of guesses of the solver for one puzzle. Default 100,000. */
  maxGuesses?: number;
  /** Keep a random sample of the puzzles. Default: keep all. */
  subsample?: Subsample;
  /** Size limit of the file, in bytes. Default 256 MiB. */
  maxFileBytes?: number;
}

/**
 * Reads Sudokus from a text file and solves them. A puzzle is one line, or one line for each row of its grid.
 * {@link SudokuLineReader} documents the format.
 *
 * @throws PuzzleFileError with path, line and column, for a wrong number of cells or character, and a puzzle that has
 *   no solution or several, or needs more than `maxGuesses`.
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
  options: ReadPuzzleLinesOptions = {},
): Promise<PuzzleTable<SudokuPuzzle>> {
  expectOptions('readPuzzleLines', options, ['size', 'allowSeveral', 'maxGuesses', 'subsample', 'maxFileBytes']);
  const { allowSeveral, maxGuesses, maxFileBytes = 256 * 2 ** 20 } = options;
  const puzzles = new PuzzleRows();
  const placeOfNext = rowPlaces(options.subsample);
  const solve = puzzleSolver({ allowSeveral, maxGuesses });
  const reader = new SudokuLineReader(options.size);
  let line = 0;

  const keep = (found: ReturnType<SudokuLineReader['take']>): void => {
    if (!found) return;
    try {
      const puzzle = solve(found.question);
      const place = placeOfNext();
      if (place !== undefined) puzzles.set(place, puzzle);
    } catch (error) {
      throw new PuzzleFileError(path, (error as Error).message, { line: found.line, cause: error });
    }
  };
  const withPlace = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof PuzzleTextError)) throw error;
      const column = error.position === undefined ? undefined : error.position + 1;
      throw new PuzzleFileError(path, error.message, { line: error.line ?? line, column, cause: error });
    }
  };
  try {
    for await (const lines of readLines(path, maxFileBytes)) {
      for (const text of lines) {
        line++;
        keep(withPlace(() => reader.take(text)));
      }
    }
    withPlace(() => reader.end());
  } catch (error) {
    throw asPuzzleFileError(path, error);
  }
  return new PuzzleTable(puzzles, (row) => row);
}

/** Reads the lines of a text file, as many at once as a piece of the file has. */
async function* readLines(path: string, maxBytes: number): AsyncGenerator<readonly string[]> {
  const file = await openRegularFile(path, { maxBytes });
  let rest = '';
  let count = 0;
  // The stream closes the file in every case.
  for await (const piece of file.createReadStream({ encoding: 'utf8' })) {
    const lines = `${rest}${piece}`.split('\n');
    rest = lines.pop()!;
    count += lines.length;
    yield lines;
    if (rest.length > MAX_LINE_CHARACTERS) {
      const message = `expected lines of at most ${MAX_LINE_CHARACTERS} characters; got one of more`;
      throw new PuzzleFileError(path, message, { line: count + 1 });
    }
  }
  yield [rest];
}

/** Returns a function that solves puzzles of one size. It throws an Error for a puzzle that it refuses. */
function puzzleSolver({
  allowSeveral = false,
  maxGuesses = 100_000,
}: Pick<ReadPuzzleLinesOptions, 'allowSeveral' | 'maxGuesses'>): (question: Uint8Array) => PuzzleRow {
  let solver: SudokuSolver | undefined;
  return (question) => {
    solver ??= new SudokuSolver(geometryOfGrid(question));
    const { solutions, answer, complete } = solver.search(question, { limit: allowSeveral ? 1 : 2, maxGuesses });
    if (solutions > 1) throw new Error('the puzzle has several solutions; expected one');
    if (!complete) throw new Error(`the puzzle was not solved in ${maxGuesses} guesses; raise maxGuesses`);
    if (!answer) throw new Error(`the puzzle has no solution: ${sudokuContradiction(question) ?? 'expected one'}`);
    return { question, answer };
  };
}
