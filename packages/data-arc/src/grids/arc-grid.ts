/** A grid of ARC: colours 0 to 9, row by row. Grids of a puzzle have sides from 1 to 30; a prediction may be empty. */
export interface ArcGrid {
  readonly width: number;
  readonly height: number;
  /** `[height * width]` */
  readonly cells: Uint8Array;
}

/** The longest side of a grid of ARC, and the side of the square that its tokens fill. */
export const ARC_SIDE = 30;

/** The number of colours. Colour 0 is the background. */
export const ARC_COLOURS = 10;

/**
 * Makes a grid from the rows of ARC's JSON.
 *
 * @param rows 1 to 30 rows of equal length, from 1 to 30, of colours from 0 to 9.
 * @throws RangeError that names the row, its value and what was expected.
 *
 * @example
 * ```ts
 * import { arcGridFromRows } from '@hrm/data-arc';
 *
 * const { width, height, cells } = arcGridFromRows([[0, 1, 2], [3, 4, 5]]);
 * console.log(width, height, cells.join()); // 3 2 0,1,2,3,4,5
 * ```
 */
export function arcGridFromRows(rows: unknown): ArcGrid {
  const sides = `1 to ${ARC_SIDE}`;
  if (!Array.isArray(rows)) throw new RangeError(`the grid is ${describe(rows)}, expected a list of rows`);
  if (rows.length < 1 || rows.length > ARC_SIDE) {
    throw new RangeError(`the grid has ${rows.length} rows, expected ${sides}`);
  }
  const first: unknown = rows[0];
  const width = Array.isArray(first) ? first.length : 0;
  const cells = new Uint8Array(rows.length * width);
  rows.forEach((row: unknown, index) => {
    const where = `row ${index + 1} of the grid`;
    if (!Array.isArray(row)) throw new RangeError(`${where} is ${describe(row)}, expected a list of colours`);
    if (row.length < 1 || row.length > ARC_SIDE) {
      throw new RangeError(`${where} has ${row.length} cells, expected ${sides}`);
    }
    if (row.length !== width) {
      throw new RangeError(`${where} has ${row.length} cells, expected ${width} as in the first row`);
    }
    row.forEach((colour: unknown, column) => {
      if (!Number.isInteger(colour) || (colour as number) < 0 || (colour as number) >= ARC_COLOURS) {
        throw new RangeError(`${where} has the colour ${describe(colour)}, expected a whole number from 0 to 9`);
      }
      cells[index * width + column] = colour as number;
    });
  });
  return { width, height: rows.length, cells };
}

/**
 * Returns the rows of a grid, as ARC's JSON has them.
 *
 * @example
 * ```ts
 * import { arcGridFromRows, arcGridToRows } from '@hrm/data-arc';
 *
 * console.log(arcGridToRows(arcGridFromRows([[0, 1], [2, 3]]))); // [ [ 0, 1 ], [ 2, 3 ] ]
 * ```
 */
export function arcGridToRows({ width, height, cells }: ArcGrid): number[][] {
  return Array.from({ length: height }, (_, row) => [...cells.subarray(row * width, (row + 1) * width)]);
}

/** A text that is equal for equal grids, and for no others. */
export function arcGridKey({ width, height, cells }: ArcGrid): string {
  return `${width}x${height} ${cells.join('')}`;
}

function describe(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 40);
}
