import { expectArray } from '@hrm/files/internal';

/** A supported size of Sudoku: the side of the grid, which is also the number of digits. */
export type SudokuSize = 4 | 6 | 9 | 16;

/** The rows, columns and boxes of a Sudoku grid. Cells are numbered row by row from 0. */
export interface SudokuGeometry {
  /** Side of the grid and number of digits. */
  readonly size: SudokuSize;
  /** Rows of one box: 2, 2, 3, 4 for sizes 4, 6, 9, 16. */
  readonly boxRows: number;
  /** Columns of one box: 2, 3, 3, 4 for sizes 4, 6, 9, 16. */
  readonly boxColumns: number;
  /** Number of cells, size * size. */
  readonly cells: number;
  /** The 3 * size rows, columns and boxes, `size` cells each, one after another. */
  readonly units: Int32Array;
  /** The cells that share a unit with cell c: `peersPerCell` of them from index c * peersPerCell on. */
  readonly peers: Int32Array;
  readonly peersPerCell: number;
}

/** All supported sizes. */
export const SUDOKU_SIZES: readonly SudokuSize[] = [4, 6, 9, 16];

function describe(size: SudokuSize, boxRows: number, boxColumns: number): SudokuGeometry {
  const cells = size * size;
  const stacks = size / boxColumns;
  const boxOf = (cell: number): number => {
    const row = Math.floor(cell / size);
    return Math.floor(row / boxRows) * stacks + Math.floor((cell % size) / boxColumns);
  };
  const all = Array.from({ length: cells }, (_, cell) => cell);
  const units: number[][] = [];
  for (let k = 0; k < size; k++) units.push(all.filter((cell) => Math.floor(cell / size) === k));
  for (let k = 0; k < size; k++) units.push(all.filter((cell) => cell % size === k));
  for (let k = 0; k < size; k++) units.push(all.filter((cell) => boxOf(cell) === k));

  const peers = all.map((cell) => {
    const together = new Set(units.filter((unit) => unit.includes(cell)).flat());
    together.delete(cell);
    return [...together];
  });
  return {
    size,
    boxRows,
    boxColumns,
    cells,
    units: Int32Array.from(units.flat()),
    peers: Int32Array.from(peers.flat()),
    peersPerCell: peers[0]!.length,
  };
}

const GEOMETRIES: Readonly<Record<SudokuSize, SudokuGeometry>> = /* @__PURE__ */ (() => ({
  4: describe(4, 2, 2),
  6: describe(6, 2, 3),
  9: describe(9, 3, 3),
  16: describe(16, 4, 4),
}))();

/**
 * Returns the geometry of a size of Sudoku: 4 (boxes of 2x2), 6 (boxes of 2 rows and 3 columns), 9 (3x3) or 16 (4x4).
 *
 * @throws RangeError for any other size.
 *
 * @example
 * ```ts
 * import { sudokuGeometry } from '@hrm/data-sudoku-maze';
 *
 * const { boxRows, boxColumns, cells } = sudokuGeometry(6);
 * console.log(boxRows, boxColumns, cells); // 2 3 36
 * ```
 */
export function sudokuGeometry(size: number): SudokuGeometry {
  if (!SUDOKU_SIZES.includes(size as SudokuSize)) {
    throw new RangeError(`A Sudoku has one of the sizes ${SUDOKU_SIZES.join(', ')}; got ${size}.`);
  }
  return GEOMETRIES[size as SudokuSize];
}

/**
 * Returns the geometry of a grid from its number of cells (16, 36, 81 or 256).
 *
 * @throws RangeError for any other number of cells.
 */
export function geometryOfGrid(grid: ArrayLike<number>): SudokuGeometry {
  expectArray('A Sudoku grid', grid);
  const size = Math.sqrt(grid.length);
  if (!SUDOKU_SIZES.includes(size as SudokuSize)) {
    throw new RangeError(`A Sudoku grid has 16, 36, 81 or 256 cells; got ${grid.length}.`);
  }
  return GEOMETRIES[size as SudokuSize];
}
