import { invalid, VALID, type Verdict } from '@hrm/data';
import { expectArray } from '@hrm/files/internal';
import { expectMaze, type Maze, MazeCell } from '../maze';
import { mazeDistances, UNREACHABLE } from './maze-distances';

/**
 * Checks whether an answer marks a shortest path of a maze. Only free cells may change, to 'o'. The marked cells with S
 * and G must be exactly a shortest path; any shortest path is right.
 *
 * @param question the maze, with one S and one G.
 * @param answer any values, such as the prediction of a model.
 * @throws RangeError unless the question is a maze with one S and one G.
 *
 * @example
 * ```ts
 * import { parseMaze, verifyMaze } from '@hrm/data-sudoku-maze';
 *
 * const question = parseMaze(['S #', ' ##', '  G'].join('\n'));
 * console.log(verifyMaze(question, parseMaze(['S #', 'o##', 'ooG'].join('\n')).cells).valid); // true
 * console.log(verifyMaze(question, question.cells).reason); // the marked cells do not lead from S to G
 * ```
 */
export function verifyMaze(question: Maze, answer: ArrayLike<number>): Verdict {
  const { start, goal } = expectMaze(question);
  expectArray('verifyMaze', answer);
  const { width, height, cells } = question;
  if (answer.length !== cells.length) {
    return invalid(`the answer has ${answer.length} cells, the question ${cells.length}`);
  }
  const changed: number[] = [];
  const marked: number[] = [];
  const onPath = new Uint8Array(cells.length).fill(MazeCell.wall);
  for (let cell = 0; cell < cells.length; cell++) {
    const onceFree = cells[cell] === MazeCell.free || cells[cell] === MazeCell.path;
    if (answer[cell] === MazeCell.path && onceFree) {
      marked.push(cell);
      onPath[cell] = MazeCell.free;
    } else if (answer[cell] !== (onceFree ? MazeCell.free : cells[cell])) changed.push(cell);
  }
  if (changed.length > 0) {
    const first = changed[0]!;
    const place = `row ${Math.floor(first / width) + 1}, column ${(first % width) + 1}`;
    return invalid(`a wall, S, G or free cell was changed in ${place}`, changed);
  }

  onPath[start] = MazeCell.free;
  onPath[goal] = MazeCell.free;
  const marks = mazeDistances({ width, height, cells: onPath }, start)[goal]!;
  if (marks === UNREACHABLE) return invalid('the marked cells do not lead from S to G', marked);
  const shortest = mazeDistances(question, start)[goal]!;
  if (marks > shortest) return invalid(`the path has ${marks} steps, the shortest ${shortest}`, marked);
  if (marked.length !== shortest - 1) {
    return invalid(`${marked.length} cells are marked, a shortest path has ${shortest - 1} between S and G`, marked);
  }
  return VALID;
}
