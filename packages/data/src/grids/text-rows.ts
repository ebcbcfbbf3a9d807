import { expectIterable } from '@hrm/files/internal';

/**
 * Splits cells into rows, for the `picture` of a task.
 *
 * @param cells the text of each cell, row by row.
 *
 * @example
 * ```ts
 * import { textRows } from '@hrm/data';
 *
 * console.log(textRows(['1', '', '3', '4'], 2)); // [ [ '1', '' ], [ '3', '4' ] ]
 * ```
 */
export function textRows(cells: Iterable<string>, columns: number): string[][] {
  expectIterable('textRows', cells);
  const all = Array.from(cells);
  const count = columns > 0 ? Math.ceil(all.length / columns) : 0;
  return Array.from({ length: count }, (_, row) => all.slice(row * columns, (row + 1) * columns));
}
