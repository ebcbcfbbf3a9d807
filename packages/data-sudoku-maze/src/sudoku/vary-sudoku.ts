import { expectCount } from '../expect-generator';
import { SeededRandom } from '@hrm/data';
import { expectOptions } from '@hrm/files/internal';
import type { SudokuPuzzle } from './generate-sudoku';
import { isSuperfluous } from './solving/is-superfluous';
import { SudokuSolver } from './solving/sudoku-solver';
import { geometryOfGrid } from './sudoku-geometry';
import { sudokuClass } from './symmetry/sudoku-class';

/** Options of {@link varySudokuPuzzles}. */
export interface VarySudokuOptions {
  /** The puzzles to vary, all of one size; each should have one answer. */
  puzzles: readonly Pick<SudokuPuzzle, 'question'>[];
  /** How many to make. */
  count: number;
  /** Default 0. */
  seed?: number;
  /** The fewest guesses that `sudokuDifficulty` counts in a puzzle. Default 0. */
  minDifficulty?: number;
  /** Puzzles that must not appear, not even up to symmetry, such as held-out ones. Default none. */
  exclude?: Iterable<Pick<SudokuPuzzle, 'question'>>;
}

/** Most givens that are taken away from a puzzle at first. */
const MOST_TAKEN = 3;
/** Guesses of a proof that a puzzle has one answer. */
const MAX_GUESSES = 2000;
/** Attempts for each puzzle, after which the difficulty asked for is taken to be out of reach. */
const MAX_ATTEMPTS = 10_000;

/** Blanks at random which `taken` givens there are. */
function takeGivens(question: Uint8Array, taken: number, random: SeededRandom): void {
  const givens = random.permutation(question.length).filter((cell) => question[cell] !== 0);
  for (const cell of givens.slice(0, taken)) question[cell] = 0;
}

/** A puzzle near another one: some givens are taken away and others added; none of the givens is superfluous. */
function varied(solver: SudokuSolver, from: Uint8Array, random: SeededRandom): SudokuPuzzle | undefined {
  const question = from.slice();
  const taken = 1 + random.integer(MOST_TAKEN);
  takeGivens(question, taken, random);
  let found = solver.search(question, { random, limit: 2, maxGuesses: MAX_GUESSES });
  const { answer } = found;
  if (!answer) return undefined;

  for (let added = 0; found.another && added <= taken; added++) {
    // Only a given in which another solution differs rules that out.
    const other = found.another.every((digit, cell) => digit === answer[cell]) ? found.answer! : found.another;
    const cell = random.permutation(question.length).find((cell) => other[cell] !== answer[cell])!;
    question[cell] = answer[cell]!;
    found = solver.search(question, { limit: 2, maxGuesses: MAX_GUESSES });
  }
  if (found.solutions !== 1 || !found.complete) return undefined;
  for (const cell of random.permutation(question.length)) {
    if (question[cell] !== 0 && isSuperfluous(solver, question, cell, MAX_GUESSES)) question[cell] = 0;
  }
  return { question, answer };
}

/**
 * Makes puzzles that are about as hard as given ones, by moving up to three givens of one at random. Random puzzles are
 * rarely hard: from 700 puzzles of Sudoku-Extreme, this makes tens of thousands of their kind, which are also different
 * up to symmetry.
 *
 * Source: the search for hard puzzles in a neighbourhood of known ones, as in the collections of the player's forum
 * that Sudoku-Extreme is drawn from.
 *
 * @throws RangeError if there are no puzzles, or none so difficult is found.
 *
 * @example
 * ```ts
 * import { generateSudokuPuzzles, varySudokuPuzzles } from '@hrm/data-sudoku-maze';
 *
 * const puzzles = generateSudokuPuzzles({ count: 2, givens: 26 });
 * console.log(varySudokuPuzzles({ puzzles, count: 3, seed: 1 }).length); // 3
 * ```
 */
export function varySudokuPuzzles(options: VarySudokuOptions): SudokuPuzzle[] {
  expectOptions('varySudokuPuzzles', options, ['puzzles', 'count', 'seed', 'minDifficulty', 'exclude']);
  expectCount('varySudokuPuzzles', options.count);
  const { puzzles, count, seed = 0, minDifficulty = 0, exclude = [] } = options;
  if (!(puzzles?.length > 0)) throw new RangeError('varySudokuPuzzles: puzzles has none, expected at least one puzzle');
  const solver = new SudokuSolver(geometryOfGrid(puzzles[0]!.question));
  const random = new SeededRandom(seed);
  const excluded = new Set(Array.from(exclude, ({ question }) => sudokuClass(question)));
  const seen = new Set(puzzles.map(({ question }) => question.join('')));
  const made: SudokuPuzzle[] = [];
  let attempts = 0;
  while (made.length < count) {
    if (++attempts > MAX_ATTEMPTS) {
      throw new RangeError(
        `varySudokuPuzzles: found no further puzzle with a difficulty of ${minDifficulty} in ${MAX_ATTEMPTS} attempts; ` +
          'lower minDifficulty, or give harder puzzles',
      );
    }
    const puzzle = varied(solver, puzzles[random.integer(puzzles.length)]!.question, random);
    if (!puzzle || seen.has(puzzle.question.join(''))) continue;
    if (solver.search(puzzle.question, { limit: 2 }).guesses < minDifficulty) continue;
    if (excluded.size > 0 && excluded.has(sudokuClass(puzzle.question))) continue;
    seen.add(puzzle.question.join(''));
    made.push(puzzle);
    attempts = 0;
  }
  return made;
}
