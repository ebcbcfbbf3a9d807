import { expectOptions } from '@hrm/files/internal';
import { expectMazeObject, type Maze } from '../maze';
import { markMaze, type MazeDrawing, type MazeMark } from './maze-marks';

const FILLS: Readonly<Record<Exclude<MazeMark, 'free'>, string>> = {
  wall: '#222',
  start: '#fff',
  goal: '#fff',
  path: '#7fb2ff',
  wrongPath: '#e02424',
  missingPath: '#f8b4b4',
  changed: '#ff8800',
};

/**
 * Draws a maze as an SVG image with a blue path. In a prediction, a wrong path cell is red, a missing one pink, and
 * another changed cell orange.
 *
 * @param maze the question, or an answer by itself.
 * @param options the `prediction` to show and the `answer` to judge it by; `cellSize`: pixels, default 16.
 * @returns an `<svg>` element as text.
 * @throws RangeError if the numbers of cells differ.
 *
 * @example
 * ```ts
 * import { SeededRandom } from '@hrm/data';
 * import { generateMaze, mazeSvg } from '@hrm/data-sudoku-maze';
 *
 * const { width, height, question, answer } = generateMaze(new SeededRandom(0), { width: 10 });
 * console.log(mazeSvg({ width, height, cells: question }, { prediction: answer, answer }).length);
 * ```
 */
export function mazeSvg(maze: Maze, options: MazeDrawing & { cellSize?: number } = {}): string {
  expectOptions('mazeSvg', options, ['prediction', 'answer', 'cellSize']);
  expectMazeObject(maze);
  const { width, height } = maze;
  const { cellSize = 16 } = options;
  const squares = new Map<keyof typeof FILLS, string>();
  const texts: string[] = [];
  markMaze(maze, options).forEach((mark, cell) => {
    const [x, y] = [cell % width, Math.floor(cell / width)];
    if (mark !== 'free') squares.set(mark, `${squares.get(mark) ?? ''}M${x} ${y}h1v1h-1z`);
    if (mark !== 'start' && mark !== 'goal') return;
    texts.push(`<text x="${x + 0.5}" y="${y + 0.5}">${mark === 'start' ? 'S' : 'G'}</text>`);
  });
  const paths = [...squares].map(([mark, d]) => `<path fill="${FILLS[mark]}" d="${d}"/>`);
  const style = 'text{font:bold 0.8px sans-serif;text-anchor:middle;dominant-baseline:central;fill:#111}';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width * cellSize}" height="${height * cellSize}" ` +
    `viewBox="-0.05 -0.05 ${width + 0.1} ${height + 0.1}"><title>Maze ${width}x${height}</title><style>${style}</style>` +
    `<rect width="${width}" height="${height}" fill="#fff" stroke="#222" stroke-width="0.1"/>` +
    `${paths.join('')}${texts.join('')}</svg>`
  );
}
