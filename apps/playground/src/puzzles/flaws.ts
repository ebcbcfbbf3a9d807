import { MazeCell, sudokuContradiction } from '@hrm/data-sudoku-maze';
import { pathLength, reachableCells } from './maze-cells';
import { conflictingCells, placeOf, type Puzzle } from './puzzle';

/** What is wrong with a puzzle: in words, and its cells. */
export interface Flaw {
  message: string;
  cells: ReadonlySet<number>;
}

/** Finds a rule that a puzzle breaks at first sight. Quick. */
export function findFlaw(puzzle: Puzzle): Flaw | undefined {
  return puzzle.kind === 'maze' ? mazeFlaw(puzzle) : sudokuFlaw(puzzle.cells);
}

function sudokuFlaw(digits: Uint8Array): Flaw | undefined {
  const contradiction = sudokuContradiction(digits);
  if (contradiction) return { message: sentence(contradiction), cells: conflictingCells(digits) };
  if (digits.some((digit) => digit > 0)) return undefined;
  return { message: 'The grid is empty: type some digits.', cells: new Set() };
}

function mazeFlaw(maze: Puzzle): Flaw | undefined {
  const { cells, width } = maze;
  for (const [value, name, key] of [
    [MazeCell.start, 'start', 'S'],
    [MazeCell.goal, 'goal', 'G'],
  ] as const) {
    const found = [...cells.keys()].filter((cell) => cells[cell] === value);
    if (found.length === 0) return { message: `There is no ${name}: press ${key} on a cell.`, cells: new Set() };
    if (found.length > 1) {
      const places = found.map((cell) => `in ${placeOf(cell, width)}`).join(' and ');
      return { message: `A maze has one ${name}; this one has ${found.length}: ${places}.`, cells: new Set(found) };
    }
  }
  if (pathLength(maze) !== undefined) return undefined;
  const reached = reachableCells(maze);
  return { message: `No path leads from S to G: only the marked cells can be reached from S.`, cells: reached };
}

const sentence = (text: string) => `${text[0]!.toUpperCase()}${text.slice(1)}.`;
