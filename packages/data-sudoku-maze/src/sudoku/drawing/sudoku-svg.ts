import { expectOptions } from '@hrm/files/internal';
import { expectSameCells } from '../../same-cells';
import type { SudokuDrawing } from './draw-sudoku';
import { geometryOfGrid } from '../sudoku-geometry';
import { sudokuSymbol } from '../text/sudoku-text';
import { wrongSudokuCells } from './wrong-sudoku-cells';

/**
 * Draws a Sudoku as an SVG image: givens black, predicted digits blue, wrong cells on red.
 *
 * @param question digits row by row, 0 for blank.
 * @param options the `prediction` and the `answer` to judge it by, as for `drawSudoku`; `cellSize`: pixels, default 36.
 * @returns an `<svg>` element as text.
 * @throws RangeError if the question has an unknown size, or the numbers of cells differ.
 *
 * @example
 * ```ts
 * import { SeededRandom } from '@hrm/data';
 * import { generateSudoku, sudokuSvg } from '@hrm/data-sudoku-maze';
 *
 * const { question, answer } = generateSudoku(new SeededRandom(0), { size: 6 });
 * console.log(sudokuSvg(question, { prediction: answer }).length);
 * ```
 */
export function sudokuSvg(question: ArrayLike<number>, options: SudokuDrawing & { cellSize?: number } = {}): string {
  expectOptions('sudokuSvg', options, ['prediction', 'answer', 'cellSize']);
  const { size, boxRows, boxColumns, cells } = geometryOfGrid(question);
  const { prediction, answer, cellSize = 36 } = options;
  expectSameCells(cells, { prediction, answer });
  const wrong = prediction ? wrongSudokuCells(question, prediction, answer) : new Set<number>();

  const shapes: string[] = [];
  const texts: string[] = [];
  for (let cell = 0; cell < cells; cell++) {
    const column = cell % size;
    const row = Math.floor(cell / size);
    if (wrong.has(cell)) shapes.push(`<rect class="wrong" x="${column}" y="${row}" width="1" height="1"/>`);
    const digit = (prediction ?? question)[cell]!;
    if (digit === 0) continue;
    const kind = question[cell] === 0 ? ' class="predicted"' : '';
    texts.push(`<text${kind} x="${column + 0.5}" y="${row + 0.5}">${sudokuSymbol(digit)}</text>`);
  }
  const lines = (step: (k: number) => boolean, draw: (k: number) => string): string =>
    Array.from({ length: size + 1 }, (_, k) => (step(k) ? draw(k) : '')).join('');
  const across = (k: number) => `M0 ${k}H${size}`;
  const down = (k: number) => `M${k} 0V${size}`;
  const always = () => true;
  const thin = lines(always, across) + lines(always, down);
  const thick = lines((k) => k % boxRows === 0, across) + lines((k) => k % boxColumns === 0, down);
  const style =
    'text{font:0.6px sans-serif;text-anchor:middle;dominant-baseline:central;fill:#111}' +
    '.predicted{fill:#1d5fd0}.wrong{fill:#f8b4b4}path{stroke:#111;fill:none;stroke-linecap:square}';
  const pixels = cellSize * size;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${pixels}" height="${pixels}" ` +
    `viewBox="-0.05 -0.05 ${size + 0.1} ${size + 0.1}"><title>Sudoku ${size}x${size}</title><style>${style}</style>` +
    `<rect width="${size}" height="${size}" fill="#fff"/>${shapes.join('')}` +
    `<path stroke-width="0.02" d="${thin}"/><path stroke-width="0.06" d="${thick}"/>${texts.join('')}</svg>`
  );
}
