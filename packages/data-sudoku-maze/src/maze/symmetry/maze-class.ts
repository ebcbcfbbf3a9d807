import { applyDihedralTransform, shapeKeepingTransforms } from '@hrm/data';
import { expectMazeObject, type Maze } from '../maze';
import { formatMaze } from '../maze-text';

/**
 * Returns the class of a maze: the same text for all mazes that are equal up to rotation and reflection (the 8
 * symmetries of a square, or the 4 that keep the shape of another rectangle). With augmentation, training treats all
 * mazes of a class as one maze. The text is the size and the lexicographically first of the equal mazes.
 *
 * @throws RangeError unless there are width * height cells.
 *
 * @example
 * ```ts
 * import { applyDihedralTransform } from '@hrm/data';
 * import { mazeClass, parseMaze } from '@hrm/data-sudoku-maze';
 *
 * const maze = parseMaze('S # ##  G');
 * const turned = { ...maze, cells: applyDihedralTransform(maze.cells, 3, 3, 1) };
 * console.log(mazeClass(turned) === mazeClass(maze)); // true
 * ```
 */
export function mazeClass(maze: Maze): string {
  expectMazeObject(maze);
  const { width, height, cells } = maze;
  const equals = shapeKeepingTransforms(width, height).map((transform) =>
    formatMaze({ width, height, cells: applyDihedralTransform(cells, width, height, transform) }),
  );
  return `${width}x${height} ${equals.sort()[0]!}`;
}
