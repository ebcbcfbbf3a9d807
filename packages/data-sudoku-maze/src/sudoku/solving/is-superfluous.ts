import type { SudokuSolver } from './sudoku-solver';

/**
 * Whether a puzzle with one answer keeps it without one of its givens. Only looks for a solution with another digit in
 * that cell, which is quicker than to count the solutions.
 *
 * @param question is the same afterwards.
 * @param maxGuesses of the proof; if they do not suffice, the given counts as needed.
 */
export function isSuperfluous(solver: SudokuSolver, question: Uint8Array, cell: number, maxGuesses: number): boolean {
  const digit = question[cell]!;
  question[cell] = 0;
  const other = solver.search(question, { forbid: { cell, digit }, maxGuesses });
  question[cell] = digit;
  return other.solutions === 0 && other.complete;
}
