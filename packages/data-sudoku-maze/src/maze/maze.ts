import { expectArray, expectObject } from '@hrm/files/internal';

/**
 * The official alphabet of mazes. A cell holds the index of its character; its token is one more (0 is padding).
 * Source: `CHARSET` of the official dataset/build_maze_dataset.py.
 */
export const MAZE_ALPHABET = '# SGo';

/** What a cell of a maze holds: its index in {@link MAZE_ALPHABET}. */
export const MazeCell = { wall: 0, free: 1, start: 2, goal: 3, path: 4 } as const;

/** A maze, or the answer to one: cells row by row, each a value of {@link MazeCell}. */
export interface Maze {
  width: number;
  height: number;
  cells: Uint8Array;
}

/** A maze with a shortest path from S to G. S and G keep their cells in the answer; the path between them is 'o'. */
export interface MazePuzzle {
  width: number;
  height: number;
  question: Uint8Array;
  answer: Uint8Array;
  /** Its source, if the file names one. */
  source?: string;
  /** Its rating, if the file has one. */
  rating?: number;
}

/** Throws unless this is an object with size and cells. @throws TypeError that says what it is. */
export function expectMazeObject(maze: Maze): void {
  expectObject('a maze', maze, ['width', 'height', 'cells']);
  expectArray('the cells of a maze', maze.cells);
}

/**
 * Checks that a maze has width * height cells of the alphabet, one start and one goal.
 *
 * @returns the cells of start and goal.
 * @throws RangeError with what is wrong.
 */
export function expectMaze(maze: Maze): { start: number; goal: number } {
  expectMazeObject(maze);
  const { width, height, cells } = maze;
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`A maze's width and height are positive integers; got ${width} and ${height}.`);
  }
  if (cells.length !== width * height) {
    throw new RangeError(`A ${width}x${height} maze has ${width * height} cells; got ${cells.length}.`);
  }
  let start = -1;
  let goal = -1;
  for (let cell = 0; cell < cells.length; cell++) {
    const value = cells[cell]!;
    if (value >= MAZE_ALPHABET.length) {
      throw new RangeError(`Cell ${cell} of the maze holds ${value}; expected 0 to ${MAZE_ALPHABET.length - 1}.`);
    }
    if (value === MazeCell.start) {
      if (start >= 0) throw new RangeError(`A maze has one S; got one in cell ${start} and one in cell ${cell}.`);
      start = cell;
    } else if (value === MazeCell.goal) {
      if (goal >= 0) throw new RangeError(`A maze has one G; got one in cell ${goal} and one in cell ${cell}.`);
      goal = cell;
    }
  }
  if (start < 0 || goal < 0)
    throw new RangeError(`A maze has one S and one G; this one has no ${start < 0 ? 'S' : 'G'}.`);
  return { start, goal };
}
