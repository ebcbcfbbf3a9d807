import { cellsFromTokens, tokensFromCells } from '@hrm/data';
import {
  drawMaze,
  drawSudoku,
  formatMaze,
  formatSudoku,
  type Maze,
  parseMaze,
  parseSudoku,
  PuzzleTextError,
  shortestPath,
  solveSudoku,
  sudokuContradiction,
  verifyMaze,
  verifySudoku,
  type Verdict,
} from '@hrm/data-sudoku-maze';
import type { Task } from '../config/run-config';
import { UsageError } from '../command-line/usage-error';

/** A puzzle as its task's text, tokens and drawing. */
export interface ShownPuzzle {
  tokens: Int32Array;
  /** Why nobody can solve it, in words; undefined where nothing is known against it. */
  flaw?: string | undefined;
  /** What else there is to know of it, such as that it has several solutions. */
  note?: string | undefined;
  /** The puzzle, or a prediction of its answer, as text for a person. */
  draw(predicted?: ArrayLike<number>): string;
  /** The puzzle, or a prediction of its answer, in one line. */
  format(predicted?: ArrayLike<number>): string;
  /** Whether predicted tokens solve the puzzle; undefined where nobody can tell. */
  verify(predicted: ArrayLike<number>): Verdict | undefined;
}

/** Guesses after which it stays unknown whether a Sudoku has one solution. */
const MAX_GUESSES = 100_000;

/** A Sudoku of digits, 0 for blank. */
export function showSudoku(question: Uint8Array, { color = false } = {}): ShownPuzzle {
  const { solutions, complete, answer: first } = solveSudoku(question, { limit: 2, maxGuesses: MAX_GUESSES });
  const answer = complete && solutions === 1 ? first : undefined;
  const isImpossible = complete && solutions === 0;
  const flaw = isImpossible ? (sudokuContradiction(question) ?? 'no answer keeps its givens and the rules') : undefined;
  return {
    tokens: tokensFromCells(question),
    flaw,
    note: solutions > 1 ? 'it has several solutions; any of them is right' : undefined,
    draw: (predicted) =>
      drawSudoku(question, {
        color,
        ...(predicted && { prediction: cellsFromTokens(predicted) }),
        ...(predicted && answer && { answer }),
      }),
    format: (predicted) => formatSudoku(predicted ? cellsFromTokens(predicted) : question),
    verify: (predicted) => verifySudoku(question, cellsFromTokens(predicted)),
  };
}

/** @throws RangeError where it has not one start and one goal. */
export function showMaze(maze: Maze, { color = false } = {}): ShownPuzzle {
  return {
    tokens: tokensFromCells(maze.cells),
    flaw: shortestPath(maze) ? undefined : 'no path leads from S to G',
    draw: (predicted) => drawMaze(maze, { color, ...(predicted && { prediction: cellsFromTokens(predicted) }) }),
    format: (predicted) => formatMaze(predicted ? { ...maze, cells: cellsFromTokens(predicted) } : maze),
    verify: (predicted) => verifyMaze(maze, cellsFromTokens(predicted)),
  };
}

type TokensTask = Extract<Task, { kind: 'tokens' }>;

/**
 * The tokens of a puzzle of which nothing else is known.
 *
 * @throws PuzzleTextError naming the first that is none.
 */
export function parseTokens(text: string, { vocabSize }: Pick<TokensTask, 'vocabSize'>): Int32Array {
  const tokens: number[] = [];
  for (const { 0: word, index } of text.matchAll(/[^\s,]+/g)) {
    const token = /^\d{1,10}$/.test(word) ? Number(word) : Number.NaN;
    if (!(token < vocabSize)) {
      const expected = `token ${tokens.length + 1}: expected a whole number from 0 to ${vocabSize - 1}`;
      throw new PuzzleTextError(`${expected}; got ${JSON.stringify(word.slice(0, 40))}.`, index);
    }
    tokens.push(token);
  }
  return Int32Array.from(tokens);
}

/** Puzzles of which nothing but their tokens is known: shown as such, and never verified. */
export function showPlainTokens(tokens: Int32Array): ShownPuzzle {
  const show = (predicted: ArrayLike<number> = tokens) => Array.from(predicted).join(' ');
  return { tokens, draw: show, format: show, verify: () => undefined };
}

/** What a run solves, in words. */
export function describeTask(task: Task): string {
  switch (task.kind) {
    case 'sudoku':
      return `Sudoku of ${task.size}x${task.size}`;
    case 'maze':
      return `mazes of ${task.width}x${task.height}`;
    case 'tokens':
      return `puzzles of ${task.seqLen} tokens out of ${task.vocabSize}`;
  }
}

function readPuzzle(task: Task, text: string, color: boolean): ShownPuzzle {
  switch (task.kind) {
    case 'sudoku':
      return showSudoku(parseSudoku(text, task.size), { color });
    case 'maze': {
      const maze = parseMaze(text, { width: task.width });
      if (maze.height !== task.height) throw new PuzzleTextError(`Expected ${task.height} rows; got ${maze.height}.`);
      return showMaze(maze, { color });
    }
    case 'tokens': {
      const tokens = parseTokens(text, task);
      if (tokens.length === task.seqLen) return showPlainTokens(tokens);
      const expected = `expected ${task.seqLen} tokens, set apart by spaces or commas`;
      throw new PuzzleTextError(`${expected}; got ${tokens.length}.`);
    }
  }
}

/**
 * Reads a puzzle given as text.
 *
 * @param place where the text comes from, for the message: `PUZZLE`, or a file and line.
 * @throws UsageError saying what is wrong with it, and what the run solves.
 */
export function showPuzzle(task: Task, text: string, { color = false, place = 'PUZZLE' } = {}): ShownPuzzle {
  try {
    return readPuzzle(task, text, color);
  } catch (error) {
    const isOfText = error instanceof PuzzleTextError;
    if (!isOfText && !(error instanceof RangeError)) throw error;
    const at = isOfText && error.position !== undefined ? `, character ${error.position + 1}` : '';
    throw new UsageError(`${place}${at}: ${error.message} The run solves ${describeTask(task)}.`);
  }
}

/** Draws a puzzle given as tokens. */
export function showTokens(task: Task, tokens: ArrayLike<number>, { color = false } = {}): ShownPuzzle {
  if (task.kind === 'tokens') return showPlainTokens(Int32Array.from(tokens));
  const cells = cellsFromTokens(tokens);
  if (task.kind === 'sudoku') return showSudoku(cells, { color });
  return showMaze({ width: task.width, height: task.height, cells }, { color });
}
