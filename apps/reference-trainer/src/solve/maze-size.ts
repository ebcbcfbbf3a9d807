/** Rows and columns of a maze. */
export interface MazeSize {
  width: number;
  height: number;
}

/**
 * Whether a text is of mazes, perhaps with mistakes: most of its visible characters are those of mazes, or it has walls, a
 * start and a goal, but no digits.
 */
export function looksLikeMaze(text: string): boolean {
  const visible = text.replace(/\s/g, '');
  if (['#', 'S', 'G'].every((cell) => visible.includes(cell)) && !/\d/.test(visible)) return true;
  return visible.replace(/[^#SGo]/g, '').length > visible.length / 2;
}

/**
 * Finds the size of the mazes in a text: one square maze on each line, or the rows of mazes of one size. An empty line
 * may separate mazes; a row of spaces is a row. Without it, each maze of a text has as many rows.
 *
 * @returns undefined if the text has no such shape
 */
export function mazeSizeOf(text: string): MazeSize | undefined {
  const lines = text.split(/\r?\n/);
  while (lines.at(-1) === '') lines.pop();
  const first = lines.findIndex((line) => line !== '');
  if (first < 0) return undefined;
  const width = lines[first]!.length;
  const side = Math.sqrt(width);
  const rest = lines.slice(first).filter((line) => line !== '');
  const isWhole = (line: string) => rest.length === 1 || /[SG]/.test(line);
  if (Number.isInteger(side) && rest.every(isWhole)) return { width: side, height: side };
  const rows = lines.slice(first);
  const end = rows.findIndex((line) => line.length !== width && line.trim() === '');
  const block = end < 0 ? rows : rows.slice(0, end);
  const mazes = Math.max(1, block.join('').replace(/[^S]/g, '').length);
  // A number of rows that does not fit is an error that the task explains.
  const height = block.length % mazes === 0 ? block.length / mazes : block.length;
  return block.length > 1 ? { width, height } : undefined;
}
