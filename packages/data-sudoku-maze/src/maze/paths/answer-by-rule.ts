import { type Maze, MazeCell } from '../maze';
import { drawPath, shortestPath } from './shortest-path';

/** Computes the official answer of a maze, by the rule of `shortestPath`. Undefined without one S, one G and a path. */
export function answerByRule(maze: Maze): Uint8Array | undefined {
  const holdsOne = (value: number) =>
    maze.cells.includes(value) && maze.cells.indexOf(value) === maze.cells.lastIndexOf(value);
  if (!holdsOne(MazeCell.start) || !holdsOne(MazeCell.goal)) return undefined;
  const path = shortestPath(maze);
  return path && drawPath(maze.cells, path);
}

/** Whether an answer is the official one. @param offset is subtracted from `answer`: 1 for tokens, 0 for cells. */
export function followsRule(maze: Maze, answer: ArrayLike<number>, offset = 0): boolean {
  return answerByRule(maze)?.every((value, cell) => value === answer[cell]! - offset) ?? false;
}
