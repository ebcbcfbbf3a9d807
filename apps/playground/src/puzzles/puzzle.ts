import { MazeCell, sudokuGeometry, verifyMaze, verifySudoku } from '@hrm/data-sudoku-maze';
import type { Verdict } from '@hrm/data';

/** A puzzle. The cells of a Sudoku are digits, 0 for blank; those of a maze are values of `MazeCell`. */
export interface Puzzle {
  readonly kind: 'sudoku' | 'maze';
  readonly width: number;
  readonly height: number;
  /** Row by row. */
  readonly cells: Uint8Array;
}

/** A Sudoku of these digits. */
export function sudokuOf(cells: Uint8Array): Puzzle {
  const size = Math.sqrt(cells.length);
  return { kind: 'sudoku', width: size, height: size, cells };
}

/** What the model fills in: the cells of this value, with one of these values. */
export function choicesOf({ kind, width }: Puzzle): { open: number; values: readonly number[] } {
  if (kind === 'maze') return { open: MazeCell.free, values: [MazeCell.free, MazeCell.path] };
  return { open: 0, values: Array.from({ length: width }, (_, i) => i + 1) };
}

/** The most likely value of each open cell. @param confidence in each value of each cell, `[cells * values]`. */
export function answerOf(puzzle: Puzzle, confidence: Float32Array): Uint8Array {
  const { open, values } = choicesOf(puzzle);
  const count = values.length;
  return puzzle.cells.map((given, cell) => {
    if (given !== open) return given;
    let best = 0;
    for (let i = 1; i < count; i++) if (confidence[cell * count + i]! > confidence[cell * count + best]!) best = i;
    return values[best]!;
  });
}

/** Checks an answer by the rules. */
export const verify = (puzzle: Puzzle, answer: Uint8Array): Verdict =>
  puzzle.kind === 'maze' ? verifyMaze(puzzle, answer) : verifySudoku(puzzle.cells, answer);

/** The cells whose digit is also in another cell of their row, column or box. */
export function conflictingCells(grid: ArrayLike<number>): Set<number> {
  const { peers, peersPerCell, cells } = sudokuGeometry(Math.sqrt(grid.length));
  const conflicts = (cell: number) =>
    grid[cell] !== 0 &&
    peers.subarray(cell * peersPerCell, (cell + 1) * peersPerCell).some((peer) => grid[peer] === grid[cell]);
  return new Set(Array.from({ length: cells }, (_, cell) => cell).filter(conflicts));
}

/** `row 3, column 4` */
export const placeOf = (cell: number, width: number): string =>
  `row ${Math.floor(cell / width) + 1}, column ${(cell % width) + 1}`;
