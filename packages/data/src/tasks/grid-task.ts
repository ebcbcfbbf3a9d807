import { expectObject, parseJson } from '@hrm/files/internal';
import { drawGrid } from '../grids/draw-grid';
import { gridFromTokens, gridTokens, gridVocabSize } from '../grids/grid-tokens';
import { parseRawSequence } from '../import/raw-example';
import { defineTask } from './define-task';
import { PuzzleTextError } from './puzzle-text-error';
import type { Task } from './task';
import { expectTaskOptions } from './task-options';

/** Options of {@link gridTask}. */
export interface GridTaskOptions {
  /** Columns of the largest grid. */
  width: number;
  /** Rows of the largest grid. */
  height: number;
  /** The number of colors: cells are 0 to colors - 1. Default 10. */
  colors?: number;
}

/** Parses the rows of a grid: JSON such as `[[0, 1], [1, 0]]`, or rows of digits separated by spaces, commas or `/`. */
function parseGrid(text: string): readonly (readonly number[])[] {
  let value: unknown;
  if (/^\s*\[/.test(text)) {
    try {
      value = parseJson(text);
    } catch (error) {
      throw new PuzzleTextError(`Expected a grid such as [[0, 1], [1, 0]]: ${(error as Error).message}.`);
    }
  } else {
    value = Array.from(text.matchAll(/[^\s,/]+/g), ({ 0: row, index }) => {
      if (/^\d+$/.test(row)) return Array.from(row, Number);
      throw new PuzzleTextError('Expected rows of digits, or a grid such as [[0, 1], [1, 0]].', index);
    });
  }
  const parsed = parseRawSequence(value, 'grid');
  if ('problem' in parsed) throw new PuzzleTextError(`${parsed.problem}; expected ${parsed.expected}.`);
  if (parsed.kind !== 'grid') throw new PuzzleTextError('Expected the rows of a grid, such as [[0, 1], [1, 0]].');
  return parsed.value as readonly (readonly number[])[];
}

/**
 * The task of colored grids that map to colored grids, as in ARC. Questions and answers may differ in size, up to the
 * largest. There is no check. As text, a grid is JSON, or rows of digits: `[[0, 1], [1, 0]]` or `01/10`.
 *
 * The tokens are those of {@link gridTokens}. Padding has no loss: the ends of rows and columns show a model how large
 * the answer is.
 *
 * @throws RangeError if a size is wrong.
 *
 * @example
 * ```ts
 * import { gridTask } from '@hrm/data';
 *
 * const task = gridTask({ width: 3, height: 2, colors: 4 });
 * const question = task.encode('[[3, 0]]');
 * console.log(Array.from(question).join(), task.decode(question)); // 5,2,1,1,1,0 [[3,0]]
 * console.log(task.draw(task.encode('12/30'), {})); // 12, then 30
 * ```
 */
export function gridTask(options: GridTaskOptions): Task {
  expectObject('gridTask', options, []);
  const { width, height, colors = 10, ...unknown } = options;
  const ranges = { width: [1, 1000], height: [1, 1000], colors: [1, 65_534] } as const;
  expectTaskOptions('grid', { width, height, colors, ...unknown }, ranges);
  const size = { width, height };
  return defineTask({
    name: `grids of up to ${width}x${height} cells in ${colors} colors`,
    vocabSize: gridVocabSize(colors),
    seqLen: width * height,
    grid: { rows: height, columns: width },
    answerPadding: 'ignored',
    encode: (text) => {
      const grid = parseGrid(text);
      const [rows, columns] = [grid.length, grid[0]!.length];
      if (rows > height || columns > width) {
        throw new PuzzleTextError(`Expected at most ${height} rows and ${width} columns; got ${rows} and ${columns}.`);
      }
      const wrong = grid.flat().find((color) => color < 0 || color >= colors);
      if (wrong === undefined) return gridTokens(grid, size);
      throw new PuzzleTextError(`Expected colors from 0 to ${colors - 1}; got ${wrong}.`);
    },
    decode: (tokens) => JSON.stringify(gridFromTokens(tokens, size)),
    picture: (tokens) => ({ style: 'colours', rows: gridFromTokens(tokens, size).map((row) => row.map(String)) }),
    draw: (question, { prediction, color = false }) =>
      drawGrid(gridFromTokens(prediction ?? question, size), { color }),
  });
}
