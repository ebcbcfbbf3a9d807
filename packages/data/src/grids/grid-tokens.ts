import { expectArray, expectOptions, expectRows } from '@hrm/files/internal';
import { PAD_TOKEN } from '../tokens';

/** The token after the last cell of each row, and below the last row of each column. */
const END_TOKEN = 1;
/** The token of color 0. */
const FIRST_COLOR = 2;

/** Rows and columns of the largest grid. */
export interface GridSize {
  width: number;
  height: number;
}

/**
 * Turns a grid into tokens, row by row: color c is token c + 2, token 1 ends each row and each column, and token 0 pads
 * to the largest size. A side of the largest size has no end. Source: `np_grid_to_seq_translational_augment` in the
 * official `build_arc_dataset.py`.
 *
 * @returns the tokens, `[height * width]`.
 *
 * @example
 * ```ts
 * import { gridFromTokens, gridTokens } from '@hrm/data';
 *
 * const tokens = gridTokens([[7, 8]], { width: 3, height: 2 });
 * console.log(tokens.join()); // 9,10,1,1,1,0
 * console.log(gridFromTokens(tokens, { width: 3, height: 2 })); // [ [ 7, 8 ] ]
 * ```
 */
export function gridTokens(grid: readonly (readonly number[])[], size: GridSize): Int32Array {
  expectRows('gridTokens', grid);
  expectOptions('gridTokens', size, ['width', 'height']);
  const { width, height } = size;
  const tokens = new Int32Array(width * height).fill(PAD_TOKEN);
  const columns = grid[0]?.length ?? 0;
  for (const [row, cells] of grid.entries()) {
    for (const [column, color] of cells.entries()) tokens[row * width + column] = color + FIRST_COLOR;
    if (columns < width) tokens[row * width + columns] = END_TOKEN;
  }
  if (grid.length < height) tokens.fill(END_TOKEN, grid.length * width, grid.length * width + columns);
  return tokens;
}

/**
 * Finds the grid in tokens: the largest rectangle of colors from the top left. Source: `_crop` in the official
 * `arc_eval.ipynb`.
 *
 * @param tokens `[height * width]`, or fewer; the rest is padding.
 * @returns its rows; none if the first token is not a color.
 *
 * @example
 * ```ts
 * import { gridFromTokens } from '@hrm/data';
 *
 * // The model forgot the end below the first column: the end of the row is enough.
 * console.log(gridFromTokens([9, 10, 1, 0, 0, 0], { width: 3, height: 2 })); // [ [ 7, 8 ] ]
 * ```
 */
export function gridFromTokens(tokens: ArrayLike<number>, size: GridSize): number[][] {
  expectArray('gridFromTokens', tokens);
  expectOptions('gridFromTokens', size, ['width', 'height']);
  const { width, height } = size;
  let [rows, columns] = [0, 0];
  let most = width;
  for (let row = 0; row < height && most > 0; row++) {
    let column = 0;
    while (column < most && (tokens[row * width + column] ?? PAD_TOKEN) >= FIRST_COLOR) column++;
    most = column;
    if ((row + 1) * most > rows * columns) [rows, columns] = [row + 1, most];
  }
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => tokens[row * width + column]! - FIRST_COLOR),
  );
}

/** The number of tokens for a number of colors: padding and the end are tokens too. */
export const gridVocabSize = (colors: number): number => colors + FIRST_COLOR;
