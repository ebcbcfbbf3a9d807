import { cellsFromTokens, PuzzleTextError, tokensFromCells, type Verdict } from '@hrm/data';
import {
  drawMaze,
  drawSudoku,
  formatMaze,
  formatSudoku,
  type Maze,
  parseMaze,
  parseSudoku,
  shortestPath,
  solveSudoku,
  sudokuContradiction,
  verifyMaze,
  verifySudoku,
} from '@hrm/data-sudoku-maze';
import type { Task } from '../config/run-config';
import { UsageError } from '../command-line/usage-error';

/** A puzzle as tokens, text and drawing. */
export interface ShownPuzzle {
  tokens: Int32Array;
  /** Why the puzzle has no solution; undefined if it may have one. */
  flaw?: string | undefined;
  /** A remark, such as that it has several solutions. */
  note?: string | undefined;
  /** The puzzle, or a prediction of its answer, as text for a person. */
  draw(predicted?: ArrayLike<number>): string;
  /** The puzzle, or a prediction of its answer, in one line. */
  format(predicted?: ArrayLike<number>): string;
  /** Whether predicted tokens solve the puzzle; undefined if this cannot be verified. */
  verify(predicted: ArrayLike<number>): Verdict | undefined;
}

/** Guesses after which the search for a second solution of a Sudoku ends. */
const MAX_GUESSES = 100_000;

/** Shows a Sudoku. @param question digits, 0 for a blank */
export function showSudoku(question: Uint8Array, { color = false } = {}): ShownPuzzle {
  const { solutions, complete, answer: first } = solveSudoku(question, { limit: 2, maxGuesses: MAX_GUESSES });
  const answer = complete && solutions === 1 ? first : undefined;
  const isImpossible = complete && solutions === 0;
  const flaw = isImpossible ? (sudokuContradiction(question) ?? 'no solution fits its given cells') : undefined;
  return {
    tokens: tokensFromCells(question),
    flaw,
    note: solutions > 1 ? 'it has several solutions; any of them counts as right' : undefined,
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

/** Shows a maze. @throws RangeError unless it has one start and one goal. */
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
 * Parses the tokens of a puzzle of any kind.
 *
 * @throws PuzzleTextError for the first wrong token.
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

/** Shows a puzzle of an unknown kind as its tokens. It cannot be verified. */
export function showPlainTokens(tokens: Int32Array): ShownPuzzle {
  const show = (predicted: ArrayLike<number> = tokens) => Array.from(predicted).join(' ');
  return { tokens, draw: show, format: show, verify: () => undefined };
}

/** The puzzles of a task, in words. */
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
      const expected = `expected ${task.seqLen} tokens, separated by spaces or commas`;
      throw new PuzzleTextError(`${expected}; got ${tokens.length}.`);
    }
  }
}

/**
 * Parses a puzzle.
 *
 * @param place the source of the text for errors: `PUZZLE`, or a file and line.
 * @throws UsageError that names what is wrong, and the puzzles that the run solves.
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

/** Shows a puzzle given as tokens. */
export function showTokens(task: Task, tokens: ArrayLike<number>, { color = false } = {}): ShownPuzzle {
  if (task.kind === 'tokens') return showPlainTokens(Int32Array.from(tokens));
  const cells = cellsFromTokens(tokens);
  if (task.kind === 'sudoku') return showSudoku(cells, { color });
  return showMaze({ width: task.width, height: task.height, cells }, { color });
}
