import { PuzzleTextError } from '@hrm/data';
import { expectOptions, expectText } from '@hrm/files/internal';
import { expectMazeObject, type Maze, MAZE_ALPHABET } from './maze';

/**
 * Parses a maze from text in the official alphabet: '#' wall, ' ' free, 'S' start, 'G' goal, 'o' path. Several lines
 * are the rows. A single line is a maze of the given `width`, by default a square one. Spaces are cells; only one line
 * break at the end is trimmed.
 *
 * @throws PuzzleTextError for an invalid character, rows of different lengths, or a line that is not whole rows.
 *
 * @example
 * ```ts
 * import { formatMaze, parseMaze } from '@hrm/data-sudoku-maze';
 *
 * const maze = parseMaze('S # ##  G');
 * console.log(maze.width, maze.height); // 3 3
 * console.log(formatMaze(maze) === 'S # ##  G'); // true
 * ```
 */
export function parseMaze(text: string, options: { width?: number } = {}): Maze {
  expectText('parseMaze', text);
  expectOptions('parseMaze', options, ['width']);
  const lines = text
    .replace(/\r?\n$/, '')
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const first = lines[0]!;
  const width = options.width ?? (lines.length > 1 ? first.length : Math.sqrt(first.length));
  if (!(Number.isInteger(width) && width > 0)) {
    throw new PuzzleTextError(
      `A maze on one line is square unless its width is given; got ${first.length} cells, which is not a square number.`,
    );
  }
  if (lines.length === 1) {
    if (first.length % width !== 0) {
      throw new PuzzleTextError(`Expected whole rows of ${width} cells; got ${first.length} cells.`);
    }
  } else {
    const odd = lines.findIndex((line) => line.length !== width);
    if (odd >= 0) {
      throw new PuzzleTextError(`Expected ${width} cells in each row; row ${odd + 1} has ${lines[odd]!.length}.`);
    }
  }

  const joined = lines.join('');
  const cells = new Uint8Array(joined.length);
  for (let cell = 0; cell < cells.length; cell++) {
    const value = MAZE_ALPHABET.indexOf(joined[cell]!);
    if (value < 0) {
      throw new PuzzleTextError(
        `Unexpected ${JSON.stringify(joined[cell])} in cell ${cell}; expected one of '#', ' ', 'S', 'G', 'o'.`,
        cell,
      );
    }
    cells[cell] = value;
  }
  return { width, height: cells.length / width, cells };
}

/**
 * Formats a maze as one line, as in the official CSV, or with `rows: true` as one line for each row.
 *
 * @example
 * ```ts
 * import { SeededRandom } from '@hrm/data';
 * import { formatMaze, generateMaze } from '@hrm/data-sudoku-maze';
 *
 * const { width, height, answer } = generateMaze(new SeededRandom(3), { width: 10 });
 * console.log(formatMaze({ width, height, cells: answer }, { rows: true }));
 * ```
 */
export function formatMaze(maze: Maze, options: { rows?: boolean } = {}): string {
  expectMazeObject(maze);
  expectOptions('formatMaze', options, ['rows']);
  const characters = Array.from(maze.cells, (value) => MAZE_ALPHABET[value] ?? '?');
  if (!options.rows) return characters.join('');
  const rows: string[] = [];
  for (let start = 0; start < characters.length; start += maze.width) {
    rows.push(characters.slice(start, start + maze.width).join(''));
  }
  return rows.join('\n');
}
