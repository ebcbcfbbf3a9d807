import { MAZE_ALPHABET, MazeCell } from '@hrm/data-sudoku-maze';
import { signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { placeOf } from '../puzzles/puzzle';
import { cellAfterKey } from './cell-after-key';
import { PaintedBoard } from './painted-board';
import type { ShownBoard } from './shown-board';

/** Whether the keyboard is at the maze. */
const isFocused = signal(false);
/** Whether a finger draws. Otherwise it scrolls the page. */
const drawsByTouch = signal(false);

const NAMES = ['wall', 'free', 'start', 'goal', 'path'];
const VALUES_OF_KEYS: Readonly<Record<string, number>> = {
  ...{ s: MazeCell.start, g: MazeCell.goal, '#': MazeCell.wall },
  ...{ backspace: MazeCell.free, delete: MazeCell.free },
};

/** A maze to look at, and to draw: a mouse draws and erases walls, and drags S and G; so does the keyboard. */
export function MazeBoard({
  board,
  currentCell,
  onMove,
  onDraw,
}: {
  board: ShownBoard;
  currentCell: number;
  onMove: (cell: number) => void;
  onDraw: (cell: number, value: number) => void;
}) {
  const { puzzle } = board;
  const { width, height, cells } = puzzle;
  /** What the pointer draws, from when it is pressed. */
  const drawn = useRef<number | undefined>(undefined);

  const cellAt = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * width);
    const row = Math.floor(((event.clientY - box.top) / box.height) * height);
    return column >= 0 && column < width && row >= 0 && row < height ? row * width + column : undefined;
  };
  const draw = (cell: number, value: number) => {
    // S and G are moved, never drawn over.
    const isKept = cells[cell] === MazeCell.start || cells[cell] === MazeCell.goal;
    if (cells[cell] !== value && !isKept) onDraw(cell, value);
  };
  const onPointerDown = (event: PointerEvent) => {
    const cell = cellAt(event);
    if (cell === undefined || event.button !== 0) return;
    onMove(cell);
    if (event.pointerType === 'touch' && !drawsByTouch.value) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const value = cells[cell]!;
    const isMoved = value === MazeCell.start || value === MazeCell.goal;
    drawn.current = isMoved ? value : value === MazeCell.wall ? MazeCell.free : MazeCell.wall;
    draw(cell, drawn.current);
  };
  const onPointerMove = (event: PointerEvent) => {
    const cell = drawn.current === undefined ? undefined : cellAt(event);
    if (cell !== undefined) draw(cell, drawn.current!);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = cellAfterKey(event.key, currentCell, { width, height });
    const isWall = cells[currentCell] === MazeCell.wall;
    const isToggle = event.key === ' ' || event.key === 'Enter';
    const value = isToggle ? (isWall ? MazeCell.free : MazeCell.wall) : VALUES_OF_KEYS[event.key.toLowerCase()];
    if (next !== undefined) onMove(next);
    else if (value !== undefined) draw(currentCell, value);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div
        class={`maze ${drawsByTouch.value ? 'drawn-by-touch' : ''}`}
        role="application"
        aria-roledescription="maze"
        aria-label={`Maze of ${width} by ${height}. ${describe(board, currentCell)}`}
        aria-describedby="board-help"
        tabIndex={0}
        style={{ '--wide': width, '--high': height }}
        data-question={Array.from(cells, (value) => MAZE_ALPHABET[value]).join('')}
        data-answer={Array.from(board.answer ?? [], (value) => MAZE_ALPHABET[value]).join('')}
        data-wrong={board.wrong.size}
        onFocus={() => (isFocused.value = true)}
        onBlur={() => (isFocused.value = false)}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={() => (drawn.current = undefined)}
        onPointerCancel={() => (drawn.current = undefined)}
      >
        <PaintedBoard board={board} cursor={isFocused.value ? currentCell : undefined} />
      </div>
      <p class="visually-hidden" aria-live="polite">
        {describe(board, currentCell)}
      </p>
      <label class="switch touch-only">
        <input
          type="checkbox"
          checked={drawsByTouch.value}
          onChange={(event) => (drawsByTouch.value = event.currentTarget.checked)}
        />
        Draw with a finger
      </label>
    </>
  );
}

/** `Row 3, column 4: wall` */
function describe({ puzzle, answer, confidence, wrong }: ShownBoard, cell: number): string {
  const place = placeOf(cell, puzzle.width);
  const name = NAMES[answer?.[cell] ?? puzzle.cells[cell]!];
  const share = puzzle.cells[cell] === MazeCell.free ? confidence?.[2 * cell + 1] : undefined;
  const sureness = share === undefined ? '' : `, ${Math.round(100 * share)} percent sure of the path`;
  return `${place[0]!.toUpperCase()}${place.slice(1)}: ${name}${sureness}${wrong.has(cell) ? ', marked' : ''}`;
}
