import { differentPuzzles, MANY_PUZZLES_OPTIONS, type ManyPuzzlesOptions } from '../different-puzzles';
import { expectCount, expectRandom } from '../expect-generator';
import { SeededRandom } from '@hrm/data';
import { expectOptions } from '@hrm/files/internal';
import { type SudokuSize, sudokuGeometry } from './sudoku-geometry';
import { sudokuClass } from './symmetry/sudoku-class';
import { isSuperfluous } from './solving/is-superfluous';
import { SudokuSolver } from './solving/sudoku-solver';
import { formatSudoku } from './text/sudoku-text';

/** A Sudoku and its only answer: digits row by row, 0 for blank in the question. */
export interface SudokuPuzzle {
  question: Uint8Array;
  answer: Uint8Array;
  /** Its source, if the file names one. */
  source?: string;
  /** Its rating, if the file has one. */
  rating?: number;
}

/** Options of {@link generateSudoku}. */
export interface GenerateSudokuOptions {
  /** Side of the grid. Default 9. */
  size?: SudokuSize;
  /**
   * Number of givens: an exact number, or `[fewest, most]` to draw from. Default {@link DEFAULT_SUDOKU_GIVENS} of the size.
   */
  givens?: number | readonly [number, number];
  /** Maximum number of grids to try. Default 1000. */
  maxAttempts?: number;
}

/** Default ranges of givens. They are quick to generate. */
export const DEFAULT_SUDOKU_GIVENS: Readonly<Record<SudokuSize, readonly [number, number]>> = {
  4: [6, 8],
  6: [10, 14],
  9: [25, 30],
  16: [110, 130],
};

const OPTIONS = ['size', 'givens', 'maxAttempts'] satisfies (keyof GenerateSudokuOptions)[];

/** Maximum number of guesses in a proof of uniqueness. If they do not suffice, the cell stays given. */
const MAX_GUESSES_PER_CELL = 100;
/** Maximum number of guesses to fill a grid, before a new start. On 16x16, a bad start can take forever. */
const MAX_GUESSES_PER_GRID = 1000;

function givensRange(size: SudokuSize, givens: GenerateSudokuOptions['givens']): readonly [number, number] {
  const [fewest, most] = typeof givens === 'number' ? [givens, givens] : (givens ?? DEFAULT_SUDOKU_GIVENS[size]);
  const fits = Number.isInteger(fewest) && Number.isInteger(most) && 0 < fewest && fewest <= most;
  if (!fits || most > size * size) {
    throw new RangeError(
      `givens must be an integer from 1 to ${size * size}, or a pair [fewest, most]; got ${JSON.stringify(givens)}.`,
    );
  }
  return [fewest, most];
}

function randomFullGrid(solver: SudokuSolver, random: SeededRandom): Uint8Array {
  const blank = new Uint8Array(solver.geometry.cells);
  for (;;) {
    const { answer } = solver.search(blank, { random, maxGuesses: MAX_GUESSES_PER_GRID });
    if (answer) return answer;
  }
}

/** Blanks cells in random order, down to the number of givens. Keeps each cell that the unique answer needs. */
function removeCells(solver: SudokuSolver, answer: Uint8Array, givens: number, random: SeededRandom): Uint8Array {
  const question = answer.slice();
  let left = question.length;
  for (const cell of random.permutation(question.length)) {
    if (left === givens) break;
    if (!isSuperfluous(solver, question, cell, MAX_GUESSES_PER_CELL)) continue;
    question[cell] = 0;
    left--;
  }
  return question;
}

function generateWith(solver: SudokuSolver, random: SeededRandom, options: GenerateSudokuOptions): SudokuPuzzle {
  const { size } = solver.geometry;
  const [fewest, most] = givensRange(size, options.givens);
  const givens = fewest + random.integer(most - fewest + 1);
  const maxAttempts = options.maxAttempts ?? 1000;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const answer = randomFullGrid(solver, random);
    const question = removeCells(solver, answer, givens, random);
    let left = 0;
    for (const digit of question) if (digit !== 0) left++;
    if (left === givens) return { question, answer };
  }
  throw new RangeError(
    `Found no ${size}x${size} Sudoku with ${givens} givens and one answer in ${maxAttempts} grids. ` +
      `Use more givens (${DEFAULT_SUDOKU_GIVENS[size].join(' to ')} is quick), or raise maxAttempts.`,
  );
}

/**
 * Generates a Sudoku with a unique answer. Fills a grid at random, then blanks cells in random order while the answer
 * stays unique.
 *
 * @returns question and answer, digits row by row, 0 for blank.
 * @throws RangeError for an unknown size or impossible givens, or if no puzzle with so few givens was found.
 *
 * @example
 * ```ts
 * import { SeededRandom } from '@hrm/data';
 * import { drawSudoku, generateSudoku } from '@hrm/data-sudoku-maze';
 *
 * const { question, answer } = generateSudoku(new SeededRandom(0), { size: 9, givens: 27 });
 * console.log(drawSudoku(question));
 * console.log(drawSudoku(question, { prediction: answer, answer }));
 * ```
 */
export function generateSudoku(random: SeededRandom, options: GenerateSudokuOptions = {}): SudokuPuzzle {
  expectRandom('generateSudoku', random);
  expectOptions('generateSudoku', options, OPTIONS);
  return generateWith(new SudokuSolver(sudokuGeometry(options.size ?? 9)), random, options);
}

/**
 * Generates different puzzles, none of which equals a puzzle of `exclude` up to symmetry (see {@link sudokuClass}).
 * Exclude the training puzzles to get a held-out set that training does not contain, even with augmentation.
 *
 * @param options those of {@link generateSudoku}; `count`: number of puzzles; `seed`: default 0; `exclude`: default
 *   none; `excludeEquals`: also exclude puzzles equal up to symmetry, default true. Use false if a size has too few
 *   different puzzles, to exclude only identical ones; `onProgress`: called with the number of puzzles, after each.
 * @throws RangeError as {@link generateSudoku}, and if there are too few different puzzles.
 *
 * @example
 * ```ts
 * import { generateSudokuPuzzles } from '@hrm/data-sudoku-maze';
 *
 * const train = generateSudokuPuzzles({ size: 4, count: 1000, seed: 0 });
 * const test = generateSudokuPuzzles({ size: 4, count: 100, seed: 1, exclude: train });
 * console.log(train.length, test.length);
 * ```
 */
export function generateSudokuPuzzles(
  options: GenerateSudokuOptions & ManyPuzzlesOptions<Pick<SudokuPuzzle, 'question'>>,
): SudokuPuzzle[] {
  expectOptions('generateSudokuPuzzles', options, [...OPTIONS, ...MANY_PUZZLES_OPTIONS]);
  expectCount('generateSudokuPuzzles', options.count);
  const solver = new SudokuSolver(sudokuGeometry(options.size ?? 9));
  const random = new SeededRandom(options.seed ?? 0);
  const keyOf = (options.excludeEquals ?? true) ? sudokuClass : formatSudoku;
  return differentPuzzles(options, {
    make: () => generateWith(solver, random, options),
    keyOf: ({ question }) => question.join(),
    classOf: ({ question }) => keyOf(question),
    name: 'puzzles',
    advice: 'Widen the range of givens, or lower the count.',
  });
}
