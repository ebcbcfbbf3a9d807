import { expectOptions } from '@hrm/files/internal';
import { type Style, styled } from '../../ansi';
import { expectSameCells } from '../../same-cells';
import { geometryOfGrid } from '../sudoku-geometry';
import { sudokuSymbol } from '../text/sudoku-text';
import { wrongSudokuCells } from './wrong-sudoku-cells';

/** Options of a drawing of a Sudoku. */
export interface SudokuDrawing {
  /** The answer of a model, or the right answer. It fills the blanks of the question. */
  prediction?: ArrayLike<number>;
  /** The right answer, to mark where the prediction differs. Without it, rule violations are marked. */
  answer?: ArrayLike<number>;
}

/**
 * Draws a Sudoku as text, with lines between boxes. '.' is blank, and '!' follows a wrong cell of the prediction.
 *
 * @param question digits row by row, 0 for blank.
 * @param options the `prediction` and the `answer` to judge it by; `color`: ANSI colours (givens bold, right digits
 *   green, wrong ones red), default false.
 * @throws RangeError if the question has an unknown size, or the numbers of cells differ.
 *
 * @example
 * ```ts
 * import { drawSudoku, parseSudoku } from '@hrm/data-sudoku-maze';
 *
 * const question = parseSudoku('1.....3..4.....2');
 * const answer = parseSudoku('1324423124133142');
 * const prediction = parseSudoku('1324423124133112');
 * console.log(drawSudoku(question, { prediction, answer })); // marks the 1 in the last row
 * ```
 */
export function drawSudoku(question: ArrayLike<number>, options: SudokuDrawing & { color?: boolean } = {}): string {
  expectOptions('drawSudoku', options, ['prediction', 'answer', 'color']);
  const { size, boxRows, boxColumns, cells } = geometryOfGrid(question);
  const { prediction, answer, color = false } = options;
  expectSameCells(cells, { prediction, answer });
  const wrong = prediction ? wrongSudokuCells(question, prediction, answer) : new Set<number>();

  const drawCell = (cell: number): string => {
    const digit = (prediction ?? question)[cell]!;
    const text = sudokuSymbol(digit) + (wrong.has(cell) ? '!' : ' ');
    if (!color) return text;
    const right: Style = digit === 0 ? 'dim' : question[cell] === 0 ? 'green' : 'bold';
    return styled(text, wrong.has(cell) ? 'red' : right);
  };
  const rule = (left: string, middle: string, right: string): string =>
    left +
    Array<string>(size / boxColumns)
      .fill('─'.repeat(2 * boxColumns + 1))
      .join(middle) +
    right;

  const lines = [rule('┌', '┬', '┐')];
  for (let row = 0; row < size; row++) {
    if (row > 0 && row % boxRows === 0) lines.push(rule('├', '┼', '┤'));
    let line = '';
    for (let column = 0; column < size; column++) {
      if (column % boxColumns === 0) line += '│ ';
      line += drawCell(row * size + column);
    }
    lines.push(line + '│');
  }
  lines.push(rule('└', '┴', '┘'));
  return lines.join('\n');
}
