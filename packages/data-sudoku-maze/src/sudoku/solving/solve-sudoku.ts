import type { SeededRandom } from '@hrm/data';
import { expectOptions } from '@hrm/files/internal';
import { expectRandom } from '../../expect-generator';
import { geometryOfGrid } from '../sudoku-geometry';
import { type SudokuSearchResult, SudokuSolver } from './sudoku-solver';

/** The result of {@link solveSudoku}. */
export type SudokuSolution = SudokuSearchResult;

/**
 * Checks that a grid has a known size and only digits of that size, 0 for blank.
 *
 * @throws RangeError with the first wrong cell.
 */
export function expectSudokuGrid(grid: ArrayLike<number>): void {
  const { size } = geometryOfGrid(grid);
  for (let cell = 0; cell < grid.length; cell++) {
    const digit = grid[cell]!;
    if (!Number.isInteger(digit) || digit < 0 || digit > size) {
      const place = `row ${Math.floor(cell / size) + 1}, column ${(cell % size) + 1}`;
      throw new RangeError(`A cell of a ${size}x${size} Sudoku is 0 (blank) to ${size}; got ${digit} in ${place}.`);
    }
  }
}

/**
 * Solves a Sudoku of any size exactly. Places naked and hidden singles; if there are none, guesses in the cell with the
 * fewest candidates.
 *
 * @param grid digits row by row, 0 for blank; its length (16, 36, 81 or 256) determines the size.
 * @param options `limit`: stop after this many solutions, default 1; `maxGuesses`: give up after this many guesses,
 *   default: never; `random`: try the digits of a guess in random order, so that an open grid gets a random answer;
 *   default: ascending.
 * @returns the number of `solutions` (at most the limit), the first as `answer`, the `guesses` made, and `complete`:
 *   false when the search gave up.
 * @throws RangeError if the grid has an unknown size or a value that is not a digit.
 *
 * @example
 * ```ts
 * import { formatSudoku, parseSudoku, solveSudoku } from '@hrm/data-sudoku-maze';
 *
 * const { answer, guesses } = solveSudoku(parseSudoku('1...' + '..3.' + '.4..' + '...2'));
 * console.log(answer && formatSudoku(answer), guesses); // 1324423124133142 0
 * ```
 */
export function solveSudoku(
  grid: ArrayLike<number>,
  options: { limit?: number; maxGuesses?: number; random?: SeededRandom } = {},
): SudokuSolution {
  expectSudokuGrid(grid);
  expectOptions('solveSudoku', options, ['limit', 'maxGuesses', 'random']);
  if (options.random !== undefined) expectRandom('solveSudoku', options.random);
  return new SudokuSolver(geometryOfGrid(grid)).search(grid, options);
}

/**
 * Counts the solutions of a Sudoku up to a limit. The default limit 2 distinguishes a proper puzzle (1 solution) from
 * an impossible (0) and an ambiguous one (2).
 *
 * @throws RangeError if the grid has an unknown size or a value that is not a digit.
 *
 * @example
 * ```ts
 * import { countSudokuSolutions } from '@hrm/data-sudoku-maze';
 *
 * console.log(countSudokuSolutions(new Uint8Array(16), 1000)); // 288, all grids of 4x4
 * ```
 */
export function countSudokuSolutions(grid: ArrayLike<number>, limit = 2): number {
  return solveSudoku(grid, { limit }).solutions;
}

/**
 * Measures how hard a puzzle is: the number of guesses to find its answer and prove it unique. 0 means that naked and
 * hidden singles suffice.
 *
 * @throws RangeError if the grid has an unknown size or a value that is not a digit.
 *
 * @example
 * ```ts
 * import { parseSudoku, sudokuDifficulty } from '@hrm/data-sudoku-maze';
 *
 * const easy = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79';
 * console.log(sudokuDifficulty(parseSudoku(easy))); // 0
 * ```
 */
export function sudokuDifficulty(grid: ArrayLike<number>): number {
  return solveSudoku(grid, { limit: 2 }).guesses;
}
