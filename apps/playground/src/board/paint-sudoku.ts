import { sudokuGeometry } from '@hrm/data-sudoku-maze';
import type { CanvasColours } from './canvas-colours';
import { write } from './paint-maze';
import type { ShownBoard } from './shown-board';

/** Paints a small Sudoku: the given digits, and the best one of each other cell, as dark as the model is sure of it. */
export function paintSudoku(
  context: CanvasRenderingContext2D,
  board: ShownBoard,
  side: number,
  colours: CanvasColours,
): void {
  const { puzzle, filled, answer, confidence, wrong } = board;
  const size = puzzle.width;
  const { boxRows, boxColumns } = sudokuGeometry(size);
  context.fillStyle = colours('--surface');
  context.fillRect(0, 0, size * side, size * side);
  for (const [cell, given] of puzzle.cells.entries()) {
    const digit = given || (answer?.[cell] ?? 0);
    const [x, y] = [(cell % size) * side, Math.floor(cell / size) * side];
    context.fillStyle = wrong.has(cell) ? colours('--wrong') : colours('--sunken');
    context.globalAlpha = wrong.has(cell) ? 0.22 : 1;
    if (given > 0 || wrong.has(cell)) context.fillRect(x, y, side, side);
    context.globalAlpha = 1;
    if (digit === 0) continue;
    const isSet = given > 0 || (filled?.[cell] ?? 0) > 0;
    context.globalAlpha = isSet ? 1 : Math.max(0.12, confidence?.[cell * size + digit - 1] ?? 1);
    const colour = wrong.has(cell) ? '--wrong' : given > 0 ? '--ink' : board.verdict?.valid ? '--right' : '--z-high';
    write(context, cell, String(digit), { width: size, side, colour: colours(colour) });
    context.globalAlpha = 1;
  }
  context.fillStyle = colours('--strong-line');
  for (let i = 1; i < size; i++) {
    if (i % boxColumns === 0) context.fillRect(i * side - 0.5, 0, 1, size * side);
    if (i % boxRows === 0) context.fillRect(0, i * side - 0.5, size * side, 1);
  }
}
