import type { ArcGrid } from '../grids/arc-grid';

/** Colours of terminals with 256, like those of the ARC website: black, blue, red, green, yellow, grey, ... */
const TERMINAL_COLOURS = [16, 27, 203, 41, 220, 248, 199, 208, 117, 88];

/**
 * Draws a grid as text, two characters for each cell: blocks of colour, or digits.
 *
 * @param options `answer`: the right grid; cells that differ from it are marked with `xx` or `!`; `color`: ANSI
 *   colours, default false.
 *
 * @example
 * ```ts
 * import { arcGridFromRows, drawArcGrid } from '@hrm/data-arc';
 *
 * const answer = arcGridFromRows([[0, 1], [2, 3]]);
 * console.log(drawArcGrid(arcGridFromRows([[0, 1], [2, 4]]), { answer })); // 0 1, and below it 2 4!
 * console.log(drawArcGrid(answer, { color: true }));
 * ```
 */
export function drawArcGrid(grid: ArcGrid, options: { answer?: ArcGrid; color?: boolean } = {}): string {
  const { width, height, cells } = grid;
  const { answer, color } = options;
  if (cells.length === 0) return '(an empty grid)';
  const isWrong = (row: number, column: number) =>
    answer !== undefined &&
    (row >= answer.height ||
      column >= answer.width ||
      cells[row * width + column] !== answer.cells[row * answer.width + column]);
  const cellOf = (row: number, column: number) => {
    const colour = cells[row * width + column]!;
    const mark = isWrong(row, column);
    if (!color) return `${colour}${mark ? '!' : ' '}`;
    // White on black and on dark colours, black on the others.
    const ink = [0, 1, 9].includes(colour) ? 97 : 30;
    return `\u001b[${ink};48;5;${TERMINAL_COLOURS[colour]}m${mark ? 'xx' : '  '}\u001b[0m`;
  };
  const lines = Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => cellOf(row, column))
      .join('')
      .trimEnd(),
  );
  const hasOtherSize = answer !== undefined && (answer.width !== width || answer.height !== height);
  if (hasOtherSize) lines.push(`${width}x${height}; the answer is ${answer.width}x${answer.height}`);
  return lines.join('\n');
}
