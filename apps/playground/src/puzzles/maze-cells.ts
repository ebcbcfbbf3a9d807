import { type Maze, MazeCell, mazeDistances } from '@hrm/data-sudoku-maze';

/** Steps from S to each cell, from each cell to G, and from S to G; -1 where no path leads. */
function distancesIn(maze: Maze) {
  const [start, goal] = [maze.cells.indexOf(MazeCell.start), maze.cells.indexOf(MazeCell.goal)];
  if (start < 0 || goal < 0) return undefined;
  const fromStart = mazeDistances(maze, start);
  return { fromStart, toGoal: mazeDistances(maze, goal), shortest: fromStart[goal]! };
}

/** The marked cells of an answer that are on no shortest path. */
export function strayCells(maze: Maze, answer: Uint8Array): Set<number> {
  const distances = distancesIn(maze);
  if (!distances) return new Set();
  const { fromStart, toGoal, shortest } = distances;
  const isStray = (cell: number) => fromStart[cell]! < 0 || fromStart[cell]! + toGoal[cell]! > shortest;
  return new Set([...answer.keys()].filter((cell) => answer[cell] === MazeCell.path && isStray(cell)));
}

/** The cells that a walk from S reaches, walls excepted: where a missing path ends. */
export function reachableCells(maze: Maze): Set<number> {
  const distances = distancesIn(maze);
  return new Set(distances ? [...maze.cells.keys()].filter((cell) => distances.fromStart[cell]! >= 0) : []);
}

/** Steps of the shortest path from S to G; undefined if there is none. */
export function pathLength(maze: Maze): number | undefined {
  const { shortest = -1 } = distancesIn(maze) ?? {};
  return shortest < 0 ? undefined : shortest;
}

/** A maze with another value in a cell. There is one S and one G: setting it moves it. */
export function withCell(maze: Maze, cell: number, value: number): Uint8Array {
  const cells = maze.cells.slice();
  if (value === MazeCell.start || value === MazeCell.goal) {
    const before = cells.indexOf(value);
    if (before >= 0) cells[before] = MazeCell.free;
  }
  cells[cell] = value;
  return cells;
}
