import { parseJson } from '@hrm/files/internal';
import { PuzzleTextError } from '@hrm/data';
import { type ArcGrid, arcGridFromRows, arcGridToRows } from '../grids/arc-grid';

/**
 * Reads a grid from text: rows of digits, separated by `/` or line breaks, with or without spaces or commas between the
 * digits; or the rows of ARC's JSON.
 *
 * @throws PuzzleTextError for any other text.
 *
 * @example
 * ```ts
 * import { parseArcGrid } from '@hrm/data-arc';
 *
 * console.log(parseArcGrid('012/345').width, parseArcGrid('[[0, 1], [2, 3]]').cells.join()); // 3 0,1,2,3
 * ```
 */
export function parseArcGrid(text: string): ArcGrid {
  const wrong = /[^\d\s,/[\]]/.exec(text);
  if (wrong) {
    throw new PuzzleTextError(
      `Unexpected ${JSON.stringify(wrong[0])}; a grid is rows of digits from 0 to 9, separated by "/".`,
      wrong.index,
    );
  }
  try {
    if (text.includes('[')) return arcGridFromRows(parseJson(text));
    const rows = text.trim().split(/\s*[/\n]\s*/);
    return arcGridFromRows(rows.map((row) => Array.from(row.replace(/[\s,]/g, ''), Number)));
  } catch (error) {
    throw new PuzzleTextError(`This is not a grid of ARC: ${(error as Error).message}.`);
  }
}

/**
 * Writes a grid as one line: rows of digits, separated by `/`.
 *
 * @example
 * ```ts
 * import { arcGridFromRows, formatArcGrid } from '@hrm/data-arc';
 *
 * console.log(formatArcGrid(arcGridFromRows([[0, 1], [2, 3]]))); // 01/23
 * ```
 */
export function formatArcGrid(grid: ArcGrid): string {
  return arcGridToRows(grid)
    .map((row) => row.join(''))
    .join('/');
}
