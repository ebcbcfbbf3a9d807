import { MazeCell } from '@hrm/data-sudoku-maze';
import type { CanvasColours } from './canvas-colours';
import type { ShownBoard } from './shown-board';

/**
 * Paints a maze. The surer the model is that a cell is on the path, the larger and darker its square; those of its answer are full.
 *
 * @param side pixels of a cell.
 */
export function paintMaze(
  context: CanvasRenderingContext2D,
  board: ShownBoard,
  side: number,
  colours: CanvasColours,
): void {
  const { puzzle, answer, confidence, movement, changed, wrong, moved } = board;
  const { width, height, cells } = puzzle;
  const fill = (cell: number, colour: string, share = 1, size = 1) => {
    const gap = ((1 - size) * side) / 2;
    context.globalAlpha = share;
    context.fillStyle = colour;
    context.fillRect(
      (cell % width) * side + gap,
      Math.floor(cell / width) * side + gap,
      side - 2 * gap,
      side - 2 * gap,
    );
    context.globalAlpha = 1;
  };
  context.fillStyle = colours('--surface');
  context.fillRect(0, 0, width * side, height * side);
  for (const [cell, value] of cells.entries()) {
    if (value === MazeCell.wall) fill(cell, colours('--wall'));
    else if (movement && side >= 6)
      fill(cell, colours(moved === 'zL' ? '--z-low' : '--z-high'), 0.17 * movement[cell]!);
    if (value !== MazeCell.free) continue;
    const share = confidence?.[2 * cell + 1] ?? 0;
    const isPath = answer?.[cell] === MazeCell.path;
    if (share >= 0.02) {
      const colour = isPath && wrong.has(cell) ? '--wrong' : isPath && board.verdict?.valid ? '--right' : '--z-high';
      fill(cell, colours(colour), isPath ? 0.55 + 0.45 * share : 0.25 + share, isPath ? 0.8 : 0.25 + 0.5 * share);
    }
    if (changed.has(cell)) outline(context, cell, { width, side, colour: colours('--changed') });
  }
  // Where nothing has been answered, cells that are wrong are those of a broken maze.
  if (!answer) for (const cell of wrong) if (cells[cell] !== MazeCell.wall) fill(cell, colours('--wrong'), 0.3);
  for (const [value, letter] of [
    [MazeCell.start, 'S'],
    [MazeCell.goal, 'G'],
  ] as const) {
    for (let cell = cells.indexOf(value); cell >= 0; cell = cells.indexOf(value, cell + 1)) {
      fill(cell, colours(value === MazeCell.start ? '--changed' : '--halt'));
      if (side >= 7) write(context, cell, letter, { width, side, colour: colours('--on-colour') });
    }
  }
}

interface Place {
  width: number;
  side: number;
  colour: string;
}

function outline(context: CanvasRenderingContext2D, cell: number, { width, side, colour }: Place): void {
  const line = Math.max(1, side * 0.08);
  context.strokeStyle = colour;
  context.lineWidth = line;
  const [x, y] = [(cell % width) * side, Math.floor(cell / width) * side];
  context.strokeRect(x + line / 2, y + line / 2, side - line, side - line);
}

/** Writes a character into the middle of a cell. */
export function write(
  context: CanvasRenderingContext2D,
  cell: number,
  text: string,
  { width, side, colour }: Place,
): void {
  context.fillStyle = colour;
  context.font = `700 ${Math.round(side * 0.72)}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, ((cell % width) + 0.5) * side, (Math.floor(cell / width) + 0.55) * side);
}
