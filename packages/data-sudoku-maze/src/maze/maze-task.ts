import {
  applyDihedralTransform,
  cellsFromTokens,
  defineTask,
  DIHEDRAL_INVERSE,
  type DihedralTransform,
  expectTaskOptions,
  PuzzleTextError,
  type QuestionInText,
  shapeKeepingTransforms,
  type Task,
  textRows,
  tokensFromCells,
} from '@hrm/data';
import { expectObject } from '@hrm/files/internal';
import { drawMaze } from './drawing/draw-maze';
import { generateMazePuzzles } from './generate-maze';
import { expectMaze, type Maze, MAZE_ALPHABET } from './maze';
import { formatMaze, parseMaze } from './maze-text';
import { shortestPath } from './paths/shortest-path';
import { verifyMaze } from './paths/verify-maze';
import { mazeAugmentation } from './symmetry/maze-augmentation';
import { mazeClass } from './symmetry/maze-class';

/** A maze of the given size with one S and one G. @throws PuzzleTextError. */
function readMaze(text: string, { width, height }: { width: number; height: number }): Maze {
  const maze = parseMaze(text, { width });
  if (maze.height !== height) throw new PuzzleTextError(`Expected ${height} rows; got ${maze.height}.`);
  try {
    expectMaze(maze);
  } catch (error) {
    throw error instanceof RangeError ? new PuzzleTextError(error.message) : error;
  }
  return maze;
}

/** Mazes on one line each, or with one line per row. No comments, because '#' is a wall and a space is a cell. */
function* readMazes(
  lines: readonly string[],
  { width, height, encode }: { width: number; height: number; encode: (text: string) => ArrayLike<number> },
): Generator<QuestionInText> {
  let rows: string[] = [];
  for (const [index, text] of lines.entries()) {
    const isRow = text.length === width;
    if (rows.length === 0 && !isRow && text.trim() === '') continue;
    rows.push(text);
    if (isRow && rows.length < height && index < lines.length - 1) continue;
    // One line with a whole maze, all rows of a maze, or something else, which `encode` refuses.
    const line = index + 2 - rows.length;
    try {
      yield { line, question: encode(rows.join('\n')) };
    } catch (error) {
      throw error instanceof PuzzleTextError ? new PuzzleTextError(error.message, error.position, line) : error;
    }
    rows = [];
  }
}

/**
 * The task of shortest paths through mazes of one size. Its `generateExamples` takes `minPathLength` (see
 * `generateMazePuzzles`).
 *
 * @throws RangeError unless width and height are whole numbers from 3 to 1,000.
 *
 * @example
 * ```ts
 * import { mazeTask } from '@hrm/data-sudoku-maze';
 *
 * const task = mazeTask({ width: 3, height: 3 });
 * const question = task.encode('S # ##  G');
 * console.log(task.verify?.(question, question).reason); // the marked cells do not lead from S to G
 * ```
 */
export function mazeTask(options: { width: number; height: number }): Task {
  expectObject('mazeTask', options, []);
  const { width, height, ...unknown } = options;
  expectTaskOptions('maze', { width, height, ...unknown }, { width: [3, 1000], height: [3, 1000] });
  /** All cells: a prediction may lack some at its end. */
  const cellsOf = (tokens: ArrayLike<number>): Uint8Array => {
    const cells = new Uint8Array(width * height);
    cells.set(cellsFromTokens(tokens));
    return cells;
  };
  const mazeOf = (tokens: ArrayLike<number>): Maze => ({ width, height, cells: cellsOf(tokens) });
  const encode = (text: string) => tokensFromCells(readMaze(text, { width, height }).cells);
  return defineTask({
    name: `mazes of ${width}x${height}`,
    vocabSize: MAZE_ALPHABET.length + 1,
    seqLen: width * height,
    grid: { rows: height, columns: width },
    answerPadding: 'ignored',
    encode,
    decode: (tokens) => formatMaze(mazeOf(tokens)),
    readLines: (lines) => readMazes(lines, { width, height, encode }),
    draw: (question, { prediction, answer, color = false }) =>
      drawMaze(mazeOf(question), {
        color,
        ...(prediction && { prediction: cellsOf(prediction) }),
        ...(answer && { answer: cellsOf(answer) }),
      }),
    picture: (tokens) => ({
      style: 'maze',
      rows: textRows(
        Array.from(cellsOf(tokens), (cell) => MAZE_ALPHABET[cell] ?? ''),
        width,
      ),
    }),
    verify: (question, answer) => verifyMaze(mazeOf(question), cellsOf(answer)),
    examine: (question) => (shortestPath(mazeOf(question)) ? {} : { flaw: 'no path leads from S to G' }),
    augment: mazeAugmentation(width, height),
    symmetry: (random) => {
      const transforms = shapeKeepingTransforms(width, height);
      const transform = transforms[random.integer(transforms.length)]!;
      const turn = (tokens: ArrayLike<number>, by: DihedralTransform) => {
        const cells = new Int32Array(width * height);
        cells.set(tokens);
        return applyDihedralTransform(cells, width, height, by);
      };
      return {
        apply: (question) => turn(question, transform),
        undo: (answer) => turn(answer, DIHEDRAL_INVERSE[transform]!),
      };
    },
    puzzleClass: (question) => mazeClass(mazeOf(question)),
    generateExamples: ({ count, seed, exclude = [], minPathLength, onProgress }) =>
      generateMazePuzzles({
        width,
        height,
        count,
        onProgress,
        ...(seed !== undefined && { seed }),
        ...(minPathLength !== undefined && { minPathLength: minPathLength as number | [number, number] }),
        exclude: exclude.map(({ input, output }) => ({
          width,
          height,
          question: cellsOf(input),
          answer: cellsOf(output),
        })),
      }).map(({ question, answer }) => ({ input: tokensFromCells(question), output: tokensFromCells(answer) })),
  });
}
