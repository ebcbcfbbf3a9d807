import { solveSudoku } from '@hrm/data-sudoku-maze';
import type { Flaw } from '../puzzles/flaws';
import type { Puzzle } from '../puzzles/puzzle';

/** The most guesses to find out whether a Sudoku has one answer. More would take long. */
const MOST_GUESSES = 400;

/** Finds whether a Sudoku without a contradiction has no answer, or several. Takes up to a tenth of a second. */
export function findAmbiguity({ kind, cells }: Puzzle): Flaw | undefined {
  if (kind === 'maze') return undefined;
  const { solutions, complete } = solveSudoku(cells, { limit: 2, maxGuesses: MOST_GUESSES });
  if (!complete || solutions === 1) return undefined;
  const message =
    solutions === 0 ? 'This puzzle has no solution.' : 'This puzzle has several solutions: give more digits.';
  return { message, cells: new Set() };
}
