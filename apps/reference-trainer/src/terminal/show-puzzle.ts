import {
  cellsFromTokens,
  drawMaze,
  drawSudoku,
  formatMaze,
  formatSudoku,
  parseMaze,
  parseSudoku,
  PuzzleTextError,
  solveSudoku,
  tokensFromCells,
  verifyMaze,
  verifySudoku,
  type Verdict,
} from '@hrm/data-sudoku-maze';
import type { Task } from '../config/run-config';
import { UsageError } from './usage-error';

/** A puzzle as its task's text, tokens and drawing. */
export interface ShownPuzzle {
  tokens: Int32Array;
  /** The puzzle, or a prediction of its answer, as text for a person. */
  draw(predicted?: ArrayLike<number>): string;
  /** A prediction in one line. */
  format(predicted: ArrayLike<number>): string;
  /** Whether predicted tokens solve the puzzle. */
  verify(predicted: ArrayLike<number>): Verdict;
}

function showSudoku(question: Uint8Array, color: boolean): ShownPuzzle {
  const found = solveSudoku(question, { limit: 2, maxGuesses: 100_000 });
  const answer = found.complete && found.solutions === 1 ? found.answer : undefined;
  return {
    tokens: tokensFromCells(question),
    draw: (predicted) =>
      drawSudoku(question, {
        color,
        ...(predicted && { prediction: cellsFromTokens(predicted) }),
        ...(predicted && answer && { answer }),
      }),
    format: (predicted) => formatSudoku(cellsFromTokens(predicted)),
    verify: (predicted) => verifySudoku(question, cellsFromTokens(predicted)),
  };
}

function showMaze(text: string, width: number, color: boolean): ShownPuzzle {
  const maze = parseMaze(text, { width });
  return {
    tokens: tokensFromCells(maze.cells),
    draw: (predicted) => drawMaze(maze, { color, ...(predicted && { prediction: cellsFromTokens(predicted) }) }),
    format: (predicted) => formatMaze({ ...maze, cells: cellsFromTokens(predicted) }),
    verify: (predicted) => verifyMaze(maze, cellsFromTokens(predicted)),
  };
}

/** Puzzles of which nothing but their tokens is known: shown as such, and never verified. */
function showPlainTokens(text: string, { seqLen, vocabSize }: { seqLen: number; vocabSize: number }): ShownPuzzle {
  const tokens = Int32Array.from(text.trim().split(/[\s,]+/), Number);
  if (tokens.length !== seqLen || tokens.some((token) => !(token >= 0 && token < vocabSize))) {
    throw new RangeError(`expected ${seqLen} whole numbers from 0 to ${vocabSize - 1}, set apart by spaces or commas`);
  }
  const show = (predicted: ArrayLike<number>) => Array.from(predicted).join(' ');
  return {
    tokens,
    draw: (predicted) => show(predicted ?? tokens),
    format: show,
    verify: () => ({ valid: false, reason: 'nobody knows how to verify puzzles of this kind', wrongCells: [] }),
  };
}

/** Reads a puzzle given as text. @throws UsageError saying what is wrong with it. */
export function showPuzzle(task: Task, text: string, { color = false } = {}): ShownPuzzle {
  try {
    switch (task.kind) {
      case 'sudoku':
        return showSudoku(parseSudoku(text, task.size), color);
      case 'maze':
        return showMaze(text, task.width, color);
      case 'tokens':
        return showPlainTokens(text, task);
    }
  } catch (error) {
    if (error instanceof PuzzleTextError || error instanceof RangeError)
      throw new UsageError(`PUZZLE: ${error.message}`);
    throw error;
  }
}

/** Draws a puzzle given as tokens. */
export function showTokens(task: Task, tokens: ArrayLike<number>, { color = false } = {}): ShownPuzzle {
  if (task.kind === 'sudoku') return showSudoku(cellsFromTokens(tokens), color);
  if (task.kind === 'tokens') return showPlainTokens(Array.from(tokens).join(' '), task);
  const cells = cellsFromTokens(tokens);
  return showMaze(formatMaze({ width: task.width, height: task.height, cells }), task.width, color);
}
