import { expectMazeObject, type Maze, MazeCell } from '../maze';

/** The distance of a cell that no path reaches. */
export const UNREACHABLE = -1;

/**
 * Computes the number of steps from one cell to every other, by breadth-first search over the four neighbours. Only
 * walls block.
 *
 * @param from the cell to start at, row by row from 0.
 * @returns the number of steps for each cell, -1 if unreachable.
 * @throws RangeError if `from` is not a cell of the maze.
 *
 * @example
 * ```ts
 * import { mazeDistances, parseMaze } from '@hrm/data-sudoku-maze';
 *
 * const maze = parseMaze(['S #', ' ##', '  G'].join('\n'));
 * console.log(mazeDistances(maze, 0).join()); // 0,1,-1,1,-1,-1,2,3,4
 * ```
 */
export function mazeDistances(maze: Maze, from: number): Int32Array {
  expectMazeObject(maze);
  const { width, height, cells } = maze;
  if (!(Number.isInteger(from) && from >= 0 && from < cells.length)) {
    throw new RangeError(`A cell of a ${width}x${height} maze is 0 to ${cells.length - 1}; got ${from}.`);
  }
  const distances = new Int32Array(cells.length).fill(UNREACHABLE);
  if (cells[from] === MazeCell.wall) return distances;
  const queue = new Int32Array(cells.length);
  let tail = 1;
  queue[0] = from;
  distances[from] = 0;
  for (let head = 0; head < tail; head++) {
    const cell = queue[head]!;
    const column = cell % width;
    const steps = distances[cell]! + 1;
    const visit = (next: number): void => {
      if (distances[next] !== UNREACHABLE || cells[next] === MazeCell.wall) return;
      distances[next] = steps;
      queue[tail++] = next;
    };
    if (cell >= width) visit(cell - width);
    if (cell + width < cells.length) visit(cell + width);
    if (column > 0) visit(cell - 1);
    if (column < width - 1) visit(cell + 1);
  }
  return distances;
}

/** Returns the neighbours of a cell in the grid: down, left, right, up, which is the order of the official answers. */
export function neighbourCells(cell: number, width: number, height: number): number[] {
  const neighbours: number[] = [];
  if (cell + width < width * height) neighbours.push(cell + width);
  if (cell % width > 0) neighbours.push(cell - 1);
  if (cell % width < width - 1) neighbours.push(cell + 1);
  if (cell >= width) neighbours.push(cell - width);
  return neighbours;
}
