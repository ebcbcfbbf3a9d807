import { expectSameCells } from '../../same-cells';
import { expectMazeObject, type Maze, MazeCell } from '../maze';

/** Options of a drawing of a maze. */
export interface MazeDrawing {
  /** The answer of a model, or the right answer. */
  prediction?: ArrayLike<number>;
  /** The right answer, to mark where the prediction differs. Without it, changed walls, S and G are marked. */
  answer?: ArrayLike<number>;
}

/** How a cell is drawn: its kind, or one of three mistakes. */
export type MazeMark = 'wall' | 'free' | 'start' | 'goal' | 'path' | 'wrongPath' | 'missingPath' | 'changed';

const KINDS: readonly MazeMark[] = ['wall', 'free', 'start', 'goal', 'path'];

/** Returns the mark of each cell. */
export function markMaze(maze: Maze, { prediction, answer }: MazeDrawing): MazeMark[] {
  expectMazeObject(maze);
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
