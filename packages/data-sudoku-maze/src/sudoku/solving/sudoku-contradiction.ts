import { expectSudokuGrid } from './solve-sudoku';
import { geometryOfGrid, type SudokuGeometry } from '../sudoku-geometry';
import { sudokuSymbol } from '../text/sudoku-text';

/** Describes the place of a cell. */
const placeOf = (cell: number, size: number): string =>
  `row ${Math.floor(cell / size) + 1}, column ${(cell % size) + 1}`;

/** Describes a unit. Units are numbered: rows, then columns, then boxes. */
function nameOf(unit: number, { size, boxRows, boxColumns, units }: SudokuGeometry): string {
  if (unit < size) return `row ${unit + 1}`;
  if (unit < 2 * size) return `column ${unit - size + 1}`;
  const first = units[unit * size]!;
  const [row, column] = [Math.floor(first / size) + 1, (first % size) + 1];
  return `the box of rows ${row} to ${row + boxRows - 1} and columns ${column} to ${column + boxColumns - 1}`;
}

/**
 * Finds an obvious reason why a Sudoku cannot be solved: a repeated digit in a row, column or box, a cell in which no
 * digit fits, or a digit that fits nowhere in a row, column or box.
 *
 * @param grid digits row by row, 0 for blank; its length determines the size.
 * @returns the reason, such as `4 occurs twice in row 2: in row 2, column 1 and in row 2, column 3`. Undefined if none
 *   is obvious; the Sudoku may still have no solution (see `countSudokuSolutions`).
 * @throws RangeError if the grid has an unknown size or a value that is not a digit.
 *
 * @example
 * ```ts
 * import { parseSudoku, sudokuContradiction } from '@hrm/data-sudoku-maze';
 *
 * console.log(sudokuContradiction(parseSudoku('1..1' + '....' + '....' + '....')));
 * // 1 occurs twice in row 1: in row 1, column 1 and in row 1, column 4
 * ```
 */
export function sudokuContradiction(grid: ArrayLike<number>): string | undefined {
  expectSudokuGrid(grid);
  const geometry = geometryOfGrid(grid);
  const { size, cells, units, peers, peersPerCell } = geometry;
  const cellsOf = (unit: number) => Array.from(units.subarray(unit * size, (unit + 1) * size));
  const allUnits = Array.from({ length: 3 * size }, (_, unit) => unit);
  for (const unit of allUnits) {
    for (const cell of cellsOf(unit)) {
      const again = cellsOf(unit).find((other) => other > cell && grid[other] === grid[cell]);
      if (grid[cell] === 0 || again === undefined) continue;
      const places = `in ${placeOf(cell, size)} and in ${placeOf(again, size)}`;
      return `${sudokuSymbol(grid[cell]!)} occurs twice in ${nameOf(unit, geometry)}: ${places}`;
    }
  }

  const fits = (digit: number, cell: number): boolean => {
    if (grid[cell] !== 0) return grid[cell] === digit;
    return peers.subarray(cell * peersPerCell, (cell + 1) * peersPerCell).every((peer) => grid[peer] !== digit);
  };
  const digits = Array.from({ length: size }, (_, index) => index + 1);
  for (let cell = 0; cell < cells; cell++) {
    if (!digits.some((digit) => fits(digit, cell))) return `no digit fits in ${placeOf(cell, size)}`;
  }
  for (const unit of allUnits) {
    const nowhere = digits.find((digit) => !cellsOf(unit).some((cell) => fits(digit, cell)));
    if (nowhere !== undefined) return `${sudokuSymbol(nowhere)} fits nowhere in ${nameOf(unit, geometry)}`;
  }
  return undefined;
}
