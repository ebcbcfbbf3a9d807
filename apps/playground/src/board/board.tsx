import { sudokuGeometry } from '@hrm/data-sudoku-maze';
import { useEffect, useRef } from 'preact/hooks';
import { Cell, type CellProperties } from './cell';
import { cellAfterKey } from './cell-after-key';
import type { ShownBoard } from './shown-board';

/** How the reader changes a board. */
export interface BoardEditing {
  currentCell: number;
  onMove: (cell: number) => void;
  onType: (cell: number, digit: number) => void;
}

/** A Sudoku. With `editing`, the reader can walk through it and edit it with the keyboard. */
export function Board({ board, label, editing }: { board: ShownBoard; label: string; editing?: BoardEditing }) {
  const grid = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  const { width: size, height, cells } = board.puzzle;
  const { boxRows, boxColumns } = sudokuGeometry(size);
  useEffect(() => {
    if (moved.current) grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    moved.current = false;
  }, [editing?.currentCell]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!editing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { currentCell, onMove, onType } = editing;
    const next = cellAfterKey(event.key, currentCell, { width: size, height });
    if (next !== undefined) {
      moved.current = true;
      onMove(next);
    } else if (/^[1-9]$/.test(event.key) && Number(event.key) <= size) onType(currentCell, Number(event.key));
    else if (['Backspace', 'Delete', '0', '.'].includes(event.key)) onType(currentCell, 0);
    else return;
    event.preventDefault();
  };

  const rows = Array.from({ length: size }, (_, row) => row);
  return (
    <div
      ref={grid}
      class="board"
      role="grid"
      aria-label={label}
      aria-describedby={editing && 'board-help'}
      data-size={size}
      data-question={cells.join('')}
      data-answer={board.answer?.join('') ?? ''}
      data-moved={board.moved}
      onKeyDown={onKeyDown}
    >
      {rows.map((row) => (
        <div role="row" class="board-row" key={row}>
          {rows.map((column) => {
            const cell = row * size + column;
            const properties: CellProperties = {
              cell,
              size,
              boxColumns,
              given: cells[cell]!,
              filled: board.filled?.[cell] ?? 0,
              digit: board.answer?.[cell] ?? 0,
              confidence: board.confidence?.subarray(cell * size, (cell + 1) * size),
              isChanged: board.changed.has(cell),
              isWrong: board.wrong.has(cell),
              movement: board.movement?.[cell] ?? 0,
              isCurrent: cell === editing?.currentCell,
              endsBox: {
                right: (column + 1) % boxColumns === 0 && column + 1 < size,
                bottom: (row + 1) % boxRows === 0 && row + 1 < size,
              },
              onFocus: editing?.onMove,
            };
            return <Cell key={cell} {...properties} />;
          })}
        </div>
      ))}
    </div>
  );
}
