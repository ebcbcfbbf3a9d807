import { expectArray } from '@hrm/files/internal';

/** The padding token. A cell with value v is token v + 1, in Sudoku (0 is blank) and in mazes (0 is a wall). */
export const PAD_TOKEN = 0;

/**
 * The label without a loss: padding, and every position without an answer. Source: `IGNORE_LABEL_ID` of the official
 * models/losses.py.
 */
export const IGNORED_LABEL = -100;

/**
 * Turns the cells of a puzzle into tokens by adding 1. Token 0 is padding; 1 is a blank cell (Sudoku) or a wall (maze).
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
  expectArray('tokensFromCells', cells);
  return Int32Array.from(cells, (cell) => cell + 1);
}

/**
 * Turns tokens into cells by subtracting 1. Padding and ignored labels become 0.
 *
 * @example
 * ```ts
 * import { cellsFromTokens } from '@hrm/data';
 *
 * console.log(cellsFromTokens([0, 1, 2, 5]).join()); // 0,0,1,4
 * ```
 */
export function cellsFromTokens(tokens: ArrayLike<number>): Uint8Array {
  expectArray('cellsFromTokens', tokens);
  return Uint8Array.from(tokens, (token) => Math.max(0, token - 1));
}
