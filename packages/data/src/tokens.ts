/** The token that pads; a cell that holds v is token v + 1, in Sudoku (0 blank) and in mazes (0 wall) alike. */
export const PAD_TOKEN = 0;

/**
 * The label that is not learned from: padding, and every place without an answer. Source: `IGNORE_LABEL_ID`, official
 * models/losses.py.
 */
export const IGNORED_LABEL = -100;

/**
 * The tokens of a puzzle's cells: 0 pads, 1 is a blank cell (Sudoku) or a wall (maze), and so on.
 *
 * @example
 * ```ts
 * import { cellsFromTokens, tokensFromCells } from '@hrm/data';
 *
 * const tokens = tokensFromCells([1, 0, 0, 3]);
 * console.log(tokens.join()); // 2,1,1,4
 * console.log(cellsFromTokens(tokens).join()); // 1,0,0,3
 * ```
 */
export function tokensFromCells(cells: ArrayLike<number>): Int32Array {
  return Int32Array.from(cells, (cell) => cell + 1);
}

/**
 * The cells of tokens: each one less; padding and ignored labels become 0.
 *
 * @example
 * ```ts
 * import { cellsFromTokens } from '@hrm/data';
 *
 * console.log(cellsFromTokens([0, 1, 2, 5]).join()); // 0,0,1,4
 * ```
 */
export function cellsFromTokens(tokens: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(tokens, (token) => Math.max(0, token - 1));
}
