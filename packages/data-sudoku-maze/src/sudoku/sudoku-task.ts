import {
  cellsFromTokens,
  defineTask,
  expectTaskOptions,
  type QuestionInText,
  type Task,
  textRows,
  tokensFromCells,
} from '@hrm/data';
import { expectObject } from '@hrm/files/internal';
import { drawSudoku } from './drawing/draw-sudoku';
import { type GenerateSudokuOptions, generateSudokuPuzzles } from './generate-sudoku';
import { solveSudoku } from './solving/solve-sudoku';
import { sudokuContradiction } from './solving/sudoku-contradiction';
import { sudokuConflicts, verifySudoku } from './solving/verify-sudoku';
import { sudokuGeometry, type SudokuSize } from './sudoku-geometry';
import { sudokuAugmentation } from './symmetry/sudoku-augmentation';
import { sudokuClass } from './symmetry/sudoku-class';
import { sudokuTaskSymmetry } from './symmetry/sudoku-task-symmetry';
import { SudokuLineReader } from './text/sudoku-line-reader';
import { formatSudoku, parseSudoku } from './text/sudoku-text';

/** Guesses after which the search for a second solution ends. */
const MAX_GUESSES = 100_000;

/** The Sudokus of a file, by `SudokuLineReader`; or one Sudoku whose line breaks do not matter. */
function readSudokus(lines: readonly string[], size: SudokuSize): QuestionInText[] {
  try {
    const reader = new SudokuLineReader(size);
    const found = lines.flatMap((text) => reader.take(text) ?? []);
    reader.end();
    return found.map(({ line, question }) => ({ line, question: tokensFromCells(question) }));
  } catch (error) {
    try {
      return [{ line: 1, question: tokensFromCells(parseSudoku(lines.join('\n'), size)) }];
    } catch {
      throw error;
    }
  }
}

/**
 * The task of Sudoku of one size. Its `generateExamples` takes `givens` (see `generateSudokuPuzzles`).
 *
 * @throws RangeError for an unknown size.
 *
 * @example
 * ```ts
 * import { sudokuTask } from '@hrm/data-sudoku-maze';
 *
 * const task = sudokuTask({ size: 4 });
 * const question = task.encode('1...  ..3.  .4..  ...2');
 * console.log(task.draw(question, {}));
 * console.log(task.verify?.(question, task.encode('1324423124133142')).valid); // true
 * ```
 */
export function sudokuTask(options: { size: SudokuSize }): Task {
  expectObject('sudokuTask', options, []);
  const { size, ...unknown } = options;
  expectTaskOptions('sudoku', { size, ...unknown }, { size: [4, 16] });
  const { cells, boxRows, boxColumns } = sudokuGeometry(size);
  /** All cells: a prediction may lack some at its end. */
  const cellsOf = (tokens: ArrayLike<number>): Uint8Array => {
    const grid = new Uint8Array(cells);
    grid.set(cellsFromTokens(tokens));
    return grid;
  };
  return defineTask({
    name: `Sudoku of ${size}x${size}`,
    vocabSize: size + 2,
    seqLen: cells,
    grid: { rows: size, columns: size },
    answerPadding: 'ignored',
    encode: (text) => tokensFromCells(parseSudoku(text, size)),
    decode: (tokens) => formatSudoku(cellsOf(tokens)),
    readLines: (lines) => readSudokus(lines, size),
    draw: (question, { prediction, answer, color = false }) =>
      drawSudoku(cellsOf(question), {
        color,
        ...(prediction && { prediction: cellsOf(prediction) }),
        ...(answer && { answer: cellsOf(answer) }),
      }),
    picture: (tokens) => ({
      style: 'digits',
      rows: textRows(
        Array.from(cellsOf(tokens), (digit) => (digit === 0 ? '' : String(digit))),
        size,
      ),
      boxes: { rows: boxRows, columns: boxColumns },
    }),
    verify: (question, answer) => verifySudoku(cellsOf(question), cellsOf(answer)),
    examine: (question) => {
      const grid = cellsOf(question);
      const { solutions, complete, answer } = solveSudoku(grid, { limit: 2, maxGuesses: MAX_GUESSES });
      if (complete && solutions === 0) return { flaw: sudokuContradiction(grid) ?? 'no solution fits its given cells' };
      if (solutions > 1) return { note: 'it has several solutions; any of them counts as right' };
      return complete && answer ? { answer: tokensFromCells(answer) } : {};
    },
    augment: sudokuAugmentation(size),
    symmetry: (random) => sudokuTaskSymmetry(size, random),
    openToken: 1,
    conflicts: (question) => sudokuConflicts(cellsOf(question)),
    puzzleClass: (question) => sudokuClass(cellsOf(question)),
    generateExamples: ({ count, seed, exclude = [], givens, onProgress }) =>
      generateSudokuPuzzles({
        size,
        count,
        onProgress,
        ...(seed !== undefined && { seed }),
        ...(givens !== undefined && { givens: givens as NonNullable<GenerateSudokuOptions['givens']> }),
        exclude: exclude.map(({ input, output }) => ({ question: cellsOf(input), answer: cellsOf(output) })),
      }).map(({ question, answer }) => ({ input: tokensFromCells(question), output: tokensFromCells(answer) })),
  });
}
