import { type Maze, MazeCell } from '../maze';
import { drawPath, shortestPath } from './shortest-path';

/** The official answer to a maze, by the rule of `shortestPath`; undefined where it has not one S, one G and a path. */
export function answerByRule(maze: Maze): Uint8Array | undefined {
  const holdsOne = (value: number) =>
    maze.cells.includes(value) && maze.cells.indexOf(value) === maze.cells.lastIndexOf(value);
  if (!holdsOne(MazeCell.start) || !holdsOne(MazeCell.goal)) return undefined;
  const path = shortestPath(maze);
  return path && drawPath(maze.cells, path);
}

/** Whether an answer to a maze is the one by the rule. @param offset what `answer` has more than cells: 1 if tokens. */
export function followsRule(maze: Maze, answer: ArrayLike<number>, offset = 0): boolean {
  return answerByRule(maze)?.every((value, cell) => value === answer[cell]! - offset) ?? false;
}
