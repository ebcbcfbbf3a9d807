import { parseMaze, parseSudoku } from '@hrm/data-sudoku-maze';
import { type Puzzle, sudokuOf } from './puzzle';

/** The greatest side of a maze on this page: larger ones take long, and their cells are too small to see. */
const MOST_SIDE = 80;

/**
 * Reads a Sudoku or a maze from a text, as the command takes them.
 *
 * @throws Error that says what was expected.
 */
export function readPuzzle(text: string): Puzzle {
  if (!/[#SG]/.test(text)) {
    const puzzle = sudokuOf(parseSudoku(text.trim()));
    if (puzzle.width > 9) throw new Error('There is no model for 16x16 yet; expected 4x4, 6x6 or 9x9.');
    return puzzle;
  }
  // Spaces are cells: only empty lines around the maze are removed.
  const maze = parseMaze(text.replace(/^(\r?\n)+|(\r?\n)+$/g, ''));
  const { width, height } = maze;
  if (Math.min(width, height) < 3 || Math.max(width, height) > MOST_SIDE) {
    throw new Error(`The maze is ${width}x${height}; expected 3 to ${MOST_SIDE} cells on each side.`);
  }
  return { kind: 'maze', ...maze, cells: maze.cells.map((value) => (value === 4 ? 1 : value)) };
}
