import { SeededRandom } from '@hrm/data';
import { generateMaze, generateSudoku, hardPathLength, type SudokuSize } from '@hrm/data-sudoku-maze';
import type { Difficulty } from '../puzzles/difficulty';
import { type Puzzle, sudokuOf } from '../puzzles/puzzle';

/** Ranges of givens that are quick to generate. */
const givens: Readonly<Record<Difficulty, Readonly<Record<number, readonly [number, number]>>>> = {
  Easy: { 4: [8, 9], 6: [17, 20], 9: [36, 40] },
  Medium: { 4: [6, 7], 6: [12, 15], 9: [28, 32] },
  Hard: { 4: [4, 5], 6: [8, 10], 9: [23, 26] },
};
/** The least steps from S to G, relative to those of Maze-30x30-Hard in its size. */
const pathShare: Readonly<Record<Difficulty, number>> = { Easy: 0.35, Medium: 0.7, Hard: 1 };

/** Generates a Sudoku with one answer, or a square maze with a path. */
export function generatePuzzle(kind: Puzzle['kind'], side: number, difficulty: Difficulty, seed: number): Puzzle {
  const random = new SeededRandom(seed);
  if (kind === 'sudoku') {
    const options = { size: side as SudokuSize, givens: givens[difficulty][side]!, maxAttempts: 200 };
    return sudokuOf(generateSudoku(random, options).question);
  }
  const minPathLength = Math.max(2, Math.round(pathShare[difficulty] * hardPathLength(side, side)));
  const { width, height, question } = generateMaze(random, { width: side, minPathLength });
  return { kind, width, height, cells: question };
}
