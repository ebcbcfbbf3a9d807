import { solveSudoku, sudokuContradiction, sudokuGeometry } from '@hrm/data-sudoku-maze';

/** The most guesses to find out whether a puzzle has one answer. More would take long. */
const MOST_GUESSES = 400;

/** What is wrong with a puzzle: in words, and its cells. */
export interface PuzzleProblem {
  message: string;
  cells: ReadonlySet<number>;
}

/** The cells whose digit is also in another cell of their row, column or box. */
export function conflictingCells(grid: ArrayLike<number>): Set<number> {
  const { peers, peersPerCell, cells } = sudokuGeometry(Math.sqrt(grid.length));
  const conflicts = (cell: number) =>
    grid[cell] !== 0 &&
    peers.subarray(cell * peersPerCell, (cell + 1) * peersPerCell).some((peer) => grid[peer] === grid[cell]);
  return new Set(Array.from({ length: cells }, (_, cell) => cell).filter(conflicts));
}

/** Finds a rule that a puzzle breaks at first sight. Quick. */
export function findContradiction(question: Uint8Array): PuzzleProblem | undefined {
  const contradiction = sudokuContradiction(question);
  if (contradiction) return { message: sentence(contradiction), cells: conflictingCells(question) };
  if (question.some((digit) => digit > 0)) return undefined;
  return { message: 'The grid is empty: type some digits.', cells: new Set() };
}

/** Finds whether a puzzle without a contradiction has no answer, or several. Takes up to a tenth of a second. */
export function findAmbiguity(question: Uint8Array): PuzzleProblem | undefined {
  const { solutions, complete } = solveSudoku(question, { limit: 2, maxGuesses: MOST_GUESSES });
  if (!complete || solutions === 1) return undefined;
  const message =
    solutions === 0 ? 'This puzzle has no solution.' : 'This puzzle has several solutions: give more digits.';
  return { message, cells: new Set() };
}

const sentence = (text: string) => `${text[0]!.toUpperCase()}${text.slice(1)}.`;
