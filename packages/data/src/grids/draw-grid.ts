import { expectOptions, expectRows } from '@hrm/files/internal';

/** Colors of a terminal of 256 for the colors 0 to 9, as ARC shows them. */
const COLORS = [16, 27, 196, 34, 226, 244, 201, 208, 51, 88];

/** One character for each color: digits, then letters. */
const SIGNS = '0123456789abcdefghijklmnopqrstuvwxyz';

/**
 * Draws a grid with a line for each row: a digit or letter for each color. Colors from 36 are numbers with spaces.
 *
 * @param options `color`: paint the cells in ANSI colors, default false.
 *
 * @example
 * ```ts
 * import { drawGrid } from '@hrm/data';
 *
 * console.log(drawGrid([[0, 1], [10, 2]])); // 01, then a2
 * ```
 */
export function drawGrid(grid: readonly (readonly number[])[], options: { color?: boolean } = {}): string {
  expectRows('drawGrid', grid);
  expectOptions('drawGrid', options, ['color']);
  const { color = false } = options;
  const digits = String(Math.max(0, ...grid.map((row) => Math.max(...row)))).length;
  const isLarge = grid.some((row) => row.some((cell) => cell >= SIGNS.length));
  const sign = (cell: number) => (isLarge ? String(cell).padStart(digits) : SIGNS[cell]!);
  const paint = (cell: number) => `\u001b[48;5;${COLORS[cell % COLORS.length]}m ${sign(cell)}\u001b[0m`;
  return grid.map((row) => row.map(color ? paint : sign).join(isLarge && !color ? ' ' : '')).join('\n');
}
