import { expectArray } from '@hrm/files/internal';

/** The 8 symmetries of a square, numbered as in the official dataset/common.py. */
export type DihedralTransform = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** The inverse of each transform (`DIHEDRAL_INVERSE` of the official dataset/common.py). */
export const DIHEDRAL_INVERSE: readonly DihedralTransform[] = [0, 3, 2, 1, 4, 5, 6, 7];

/**
 * Returns the transforms that keep the shape of a grid: all 8 for a square; identity, half turn and both flips for
 * another rectangle.
 *
 * @example
 * ```ts
 * import { shapeKeepingTransforms } from '@hrm/data';
 *
 * console.log(shapeKeepingTransforms(3, 2).join()); // 0,2,4,5
 * ```
 */
export function shapeKeepingTransforms(width: number, height: number): readonly DihedralTransform[] {
  return width === height ? [0, 1, 2, 3, 4, 5, 6, 7] : [0, 2, 4, 5];
}

/**
 * Returns the size of a grid after a transform. Transforms 1, 3, 6 and 7 exchange width and height.
 *
 * @example
 * ```ts
 * import { dihedralSize } from '@hrm/data';
 *
 * console.log(dihedralSize(3, 2, 1)); // { width: 2, height: 3 }
 * ```
 */
export function dihedralSize(
  width: number,
  height: number,
  transform: DihedralTransform,
): { width: number; height: number } {
  const isTurned = transform === 1 || transform === 3 || transform >= 6;
  return isTurned ? { width: height, height: width } : { width, height };
}

/**
 * Returns for each cell of the transformed grid its source cell in the width x height grid.
 *
 * @throws RangeError for a transform that is not 0 to 7.
 *
 * @example
 * ```ts
 * import { dihedralSource } from '@hrm/data';
 *
 * console.log(dihedralSource(3, 2, 1).join()); // 2,5,1,4,0,3
 * ```
 */
export function dihedralSource(width: number, height: number, transform: DihedralTransform): Int32Array {
  const lastRow = height - 1;
  const lastColumn = width - 1;
  // From row i and column j of the new grid to row and column of the old one.
  const from: ((i: number, j: number) => [number, number])[] = [
    (i, j) => [i, j],
    (i, j) => [j, lastColumn - i],
    (i, j) => [lastRow - i, lastColumn - j],
    (i, j) => [lastRow - j, i],
    (i, j) => [i, lastColumn - j],
    (i, j) => [lastRow - i, j],
    (i, j) => [j, i],
    (i, j) => [lastRow - j, lastColumn - i],
  ];
  const oldCell = from[transform];
  if (!oldCell) throw new RangeError(`The dihedral transforms are numbered 0 to 7; got ${transform}.`);
  const { width: newWidth } = dihedralSize(width, height, transform);
  return Int32Array.from({ length: width * height }, (_, cell) => {
    const [row, column] = oldCell(Math.floor(cell / newWidth), cell % newWidth);
    return row * width + column;
  });
}

/**
 * Rotates or reflects a grid, exactly like `dihedral_transform` of the official dataset/common.py: 0 identity; 1, 2, 3
 * quarter turns to the left; 4 left to right; 5 upside down; 6 transposed; 7 mirrored at the other diagonal.
 *
 * @param grid width * height cells, row by row.
 * @returns the cells of the new grid, of the same type.
 * @throws RangeError if the grid has another size, or for a transform that is not 0 to 7.
 *
 * @example
 * ```ts
 * import { DIHEDRAL_INVERSE, applyDihedralTransform } from '@hrm/data';
 *
 * const turned = applyDihedralTransform(Uint8Array.of(1, 2, 3, 4), 2, 2, 1);
 * console.log(turned.join()); // 2,4,1,3
 * console.log(applyDihedralTransform(turned, 2, 2, DIHEDRAL_INVERSE[1]!).join()); // 1,2,3,4
 * ```
 */
export function applyDihedralTransform<A extends Uint8Array | Int32Array>(
  grid: A,
  width: number,
  height: number,
  transform: DihedralTransform,
): A {
  expectArray('applyDihedralTransform', grid);
  if (grid.length !== width * height) {
    throw new RangeError(`A ${width}x${height} grid has ${width * height} cells; got ${grid.length}.`);
  }
  const source = dihedralSource(width, height, transform);
  return grid.map((_, cell) => grid[source[cell]!]!) as A;
}
