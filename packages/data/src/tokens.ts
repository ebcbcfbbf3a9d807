/** The token that pads; a cell that holds v is token v + 1, in Sudoku (0 blank) and in mazes (0 wall) alike. */
export const PAD_TOKEN = 0;

/** The label that has no loss, as the official code has it (`IGNORE_LABEL_ID`, models/losses.py). */
export const IGNORE_LABEL = -100;

/**
 * The tokens of a puzzle's cells: 0 pads, 1 is a blank cell (Sudoku) or a wall (maze), and so on.
 *
 * @example
 * ```ts
 * import { cellsFromTokens, parseSudoku, tokensFromCells } from '@hrm/data-sudoku-maze';
 *
 * const tokens = tokensFromCells(parseSudoku('1.....3..4.....2'));
 * console.log(tokens.slice(0, 8).join()); // 2,1,1,1,1,1,4,1
 * console.log(cellsFromTokens(tokens)[6]); // 3
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
 * import { cellsFromTokens } from '@hrm/data-sudoku-maze';
 *
 * console.log(cellsFromTokens([0, 1, 2, 5]).join()); // 0,0,1,4
 * ```
 */
export function cellsFromTokens(tokens: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(tokens, (token) => Math.max(0, token - 1));
}
