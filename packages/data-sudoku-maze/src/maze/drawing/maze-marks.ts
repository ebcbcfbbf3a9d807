import { expectSameCells } from '../../same-cells';
import { type Maze, MazeCell } from '../maze';

/** What to draw beside the maze. */
export interface MazeDrawing {
  /** A model's answer, or the right one. */
  prediction?: ArrayLike<number>;
  /** The right answer: where the prediction differs, it is marked. Without it changed walls, S and G are marked. */
  answer?: ArrayLike<number>;
}

/** How a cell is drawn: as it is, or as one of three mistakes. */
export type MazeMark = 'wall' | 'free' | 'start' | 'goal' | 'path' | 'wrongPath' | 'missingPath' | 'changed';

const KINDS: readonly MazeMark[] = ['wall', 'free', 'start', 'goal', 'path'];

/** What each cell shows. */
export function markMaze(maze: Maze, { prediction, answer }: MazeDrawing): MazeMark[] {
  expectSameCells(maze.width * maze.height, { maze: maze.cells, prediction, answer });
  return Array.from(maze.cells, (own, cell): MazeMark => {
    const shown = prediction ? prediction[cell]! : own;
    const isFree = own === MazeCell.free || own === MazeCell.path;
    const right = prediction && answer ? answer[cell]! : isFree && shown === MazeCell.path ? shown : own;
    if (shown === right) return KINDS[shown] ?? 'changed';
    if (shown === MazeCell.path) return 'wrongPath';
    if (right === MazeCell.path && shown === MazeCell.free) return 'missingPath';
    return 'changed';
  });
}
