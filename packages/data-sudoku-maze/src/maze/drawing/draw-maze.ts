import { expectOptions } from '@hrm/files/internal';
import { type Style, styled } from '../../ansi';
import { expectMazeObject, type Maze } from '../maze';
import { markMaze, type MazeDrawing, type MazeMark } from './maze-marks';

/** Two characters for each cell, because a terminal character is about twice as high as wide. */
const SYMBOLS: Readonly<Record<MazeMark, string>> = {
  wall: '██',
  free: '  ',
  start: 'S ',
  goal: 'G ',
  path: '• ',
  wrongPath: 'x ',
  missingPath: '? ',
  changed: '! ',
};

const STYLES: Readonly<Record<MazeMark, Style | undefined>> = {
  wall: 'dim',
  free: undefined,
  start: 'bold',
  goal: 'bold',
  path: 'green',
  wrongPath: 'red',
  missingPath: 'red',
  changed: 'red',
};

/**
 * Draws a maze as text in a frame: '██' wall, 'S', 'G', '•' path. In a prediction, 'x' is a wrong path cell, '?' a
 * missing path cell, '!' another changed cell.
 *
 * @param maze the question, or an answer by itself.
 * @param options the `prediction` to show and the `answer` to judge it by; `color`: ANSI colours (path green, mistakes
 *   red), default false.
 * @throws RangeError if the numbers of cells differ.
 *
 * @example
 * ```ts
 * import { drawMaze, parseMaze } from '@hrm/data-sudoku-maze';
 *
 * const maze = parseMaze(['S #', ' ##', '  G'].join('\n'));
 * const { cells: answer } = parseMaze(['S #', 'o##', 'ooG'].join('\n'));
 * const { cells: prediction } = parseMaze(['So#', 'o##', 'o G'].join('\n'));
 * console.log(drawMaze(maze, { prediction, answer }));
 * ```
 */
export function drawMaze(maze: Maze, options: MazeDrawing & { color?: boolean } = {}): string {
  expectOptions('drawMaze', options, ['prediction', 'answer', 'color']);
  expectMazeObject(maze);
  const { width, height } = maze;
  const drawn = markMaze(maze, options).map((mark) => {
    const style = options.color ? STYLES[mark] : undefined;
    return style ? styled(SYMBOLS[mark], style) : SYMBOLS[mark];
  });
  const rule = '─'.repeat(2 * width);
  const rows = Array.from({ length: height }, (_, row) => `│${drawn.slice(row * width, (row + 1) * width).join('')}│`);
  return [`┌${rule}┐`, ...rows, `└${rule}┘`].join('\n');
}
