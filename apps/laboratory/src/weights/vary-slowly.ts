import { SeededRandom } from '@hrm/data';
import { solveSudoku, sudokuClass, sudokuDifficulty, type SudokuPuzzle } from '@hrm/data-sudoku-maze';

/** Options of {@link varySlowly}. */
interface VaryOptions {
  puzzles: readonly SudokuPuzzle[];
  count: number;
  seed: number;
  /** Puzzles that must not appear, not even up to symmetry. */
  exclude: readonly SudokuPuzzle[];
}

/** Most givens that are taken away from a puzzle at first. */
const MOST_TAKEN = 3;
/** The fewest guesses that a puzzle takes. */
const MIN_DIFFICULTY = 10;

function hasOneAnswer(question: Uint8Array): boolean {
  const { solutions, complete } = solveSudoku(question, { limit: 2, maxGuesses: 2000 });
  return solutions === 1 && complete;
}

/** A puzzle near another one, or undefined if the attempt fails. */
function varied(from: Uint8Array, random: SeededRandom): SudokuPuzzle | undefined {
  const question = from.slice();
  const cells = random.permutation(question.length);
  const taken = 1 + random.integer(MOST_TAKEN);
  for (const cell of cells.filter((cell) => question[cell] !== 0).slice(0, taken)) question[cell] = 0;
  const { answer } = solveSudoku(question, { random, maxGuesses: 5000 });
  if (!answer) return undefined;
  const open = random.permutation(question.length).filter((cell) => question[cell] === 0);
  for (let added = 0; !hasOneAnswer(question); added++) {
    if (added > taken) return undefined;
    question[open[added]!] = answer[open[added]!]!;
  }
  for (const cell of random.permutation(question.length)) {
    const digit = question[cell]!;
    if (digit === 0) continue;
    question[cell] = 0;
    if (!hasOneAnswer(question)) question[cell] = digit;
  }
  return { question, answer };
}

/**
 * `varySudokuPuzzles` as it was when `sudoku-9x9` was trained: three times as slow, and with other puzzles for the same
 * seed. It is only here to make the training puzzles of that model again.
 */
export function varySlowly({ puzzles, count, seed, exclude }: VaryOptions): SudokuPuzzle[] {
  const random = new SeededRandom(seed);
  const excluded = new Set(exclude.map(({ question }) => sudokuClass(question)));
  const seen = new Set(puzzles.map(({ question }) => question.join('')));
  const made: SudokuPuzzle[] = [];
  while (made.length < count) {
    const puzzle = varied(puzzles[random.integer(puzzles.length)]!.question, random);
    if (!puzzle || seen.has(puzzle.question.join(''))) continue;
    if (sudokuDifficulty(puzzle.question) < MIN_DIFFICULTY || excluded.has(sudokuClass(puzzle.question))) continue;
    seen.add(puzzle.question.join(''));
    made.push(puzzle);
  }
  return made;
}
