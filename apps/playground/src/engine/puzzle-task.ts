import { cellsFromTokens, tokensFromCells, type Task } from '@hrm/data';
import { mazeTask, sudokuTask, type SudokuSize } from '@hrm/data-sudoku-maze';
import { choicesOf, type Puzzle, verify } from '../puzzles/puzzle';

/** What a thinker knows of a puzzle. As on the board, given cells stay as they are, whatever the model says of them. */
export function taskOf(puzzle: Puzzle): Pick<Task, 'verify' | 'openToken' | 'conflicts'> {
  const { kind, width, height, cells } = puzzle;
  const { open } = choicesOf(puzzle);
  const task = kind === 'maze' ? mazeTask({ width, height }) : sudokuTask({ size: width as SudokuSize });
  const withGivens = (answer: Uint8Array) => answer.map((value, cell) => (cells[cell] === open ? value : cells[cell]!));
  return {
    ...task,
    verify: (_, answer) => verify(puzzle, withGivens(Uint8Array.from(cellsFromTokens(answer)))),
  };
}

/** The tokens that a model reads of a puzzle. */
export const tokensOf = ({ cells }: Puzzle): Int32Array => Int32Array.from(tokensFromCells(cells));
