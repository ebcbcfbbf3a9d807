import type { SeededRandom } from '@hrm/data';
import { expectMaze, type Maze, MazeCell } from '../maze';
import { mazeDistances, neighbourCells, UNREACHABLE } from './maze-distances';

/**
 * Finds a shortest path from S to G, by breadth-first search. 'o' cells count as free.
 *
 * @param random chooses among the shortest paths. Default: each step takes the first of down, left, right, up that
 *   comes closer to G. All answers of the official Maze-30x30-Hard follow this rule.
 * @returns the cells from S to G, both included, or undefined if there is no path.
 * @throws RangeError unless the maze has exactly one S and one G.
 *
 * @example
 * ```ts
 * import { parseMaze, shortestPath } from '@hrm/data-sudoku-maze';
 *
 * console.log(shortestPath(parseMaze(['S #', ' ##', '  G'].join('\n')))); // [ 0, 3, 6, 7, 8 ]
 * ```
 */
export function shortestPath(maze: Maze, random?: SeededRandom): number[] | undefined {
  const { start, goal } = expectMaze(maze);
  const distances = mazeDistances(maze, goal);
  if (distances[start] === UNREACHABLE) return undefined;
  const path = [start];
  for (let cell = start; cell !== goal;) {
    const closer = neighbourCells(cell, maze.width, maze.height).filter(
      (next) => distances[next] === distances[cell]! - 1,
    );
    cell = closer[random ? random.integer(closer.length) : 0]!;
    path.push(cell);
  }
  return path;
}

/** Draws a path into a maze: 'o' on the cells between S and G. */
export function drawPath(question: Uint8Array, path: readonly number[]): Uint8Array {
  const answer = question.slice();
  for (const cell of path.slice(1, -1)) answer[cell] = MazeCell.path;
  return answer;
}
