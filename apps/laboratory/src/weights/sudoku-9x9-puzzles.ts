import { createHash } from 'node:crypto';
import { generateSudokuPuzzles, type SudokuPuzzle } from '@hrm/data-sudoku-maze';
import { readPuzzleLines } from '@hrm/data-sudoku-maze/files';
import { appFile } from '../app-file';
import { varySlowly } from './vary-slowly';

/** Training and held-out puzzles of the shipped model `sudoku-9x9`. */
export interface Sudoku9x9Puzzles {
  train: SudokuPuzzle[];
  test: SudokuPuzzle[];
}

/**
 * SHA-256 of the questions and answers that `sudoku-9x9` was trained on, see {@link digestOfPuzzles}. It was taken from
 * the data set of the run, not from what this module makes.
 */
export const TRAINING_DIGEST = '99ea57e97defe96c775f335dc342ace16fd9420a8a0cd21f4aba281befe35410';

/** How often an epoch has the puzzles of Sudoku-Extreme. */
const TIMES_EXTREME = 13;
/** Puzzles of each kind among the held-out ones, on which the run was evaluated while it went on. */
const HELD_OUT_OF_KIND = 100;

/** The generated puzzles: number, givens and seed. */
const GENERATED = [
  { count: 8000, givens: [26, 30], seed: 1 },
  { count: 6000, givens: [30, 40], seed: 2 },
  { count: 4000, givens: [40, 60], seed: 3 },
  { count: 4000, givens: [24, 25], seed: 4 },
] as const;

/** The puzzles near those of Sudoku-Extreme. */
const VARIED = [
  { count: 8000, seed: 1 },
  { count: 8000, seed: 2 },
] as const;

/** SHA-256 of all questions, then all answers; one byte for each cell, 0 for blank. */
export function digestOfPuzzles(puzzles: readonly SudokuPuzzle[]): string {
  const hash = createHash('sha256');
  for (const { question } of puzzles) hash.update(question);
  for (const { answer } of puzzles) hash.update(answer);
  return hash.digest('hex');
}

/** Puzzles of a text file of this app, and their answers. */
async function readPuzzles(folder: 'held-out' | 'training-puzzles', kind: string): Promise<SudokuPuzzle[]> {
  return Array.from(await readPuzzleLines(appFile(`${folder}/sudoku-9x9/${kind}.txt`)));
}

/**
 * Makes the puzzles of the shipped model `sudoku-9x9`, in the order of its run: generated ones, 17-clue ones by Gordon
 * Royle, ones near Sudoku-Extreme, and 700 of Sudoku-Extreme many times.
 *
 * @param options `first`: make only so many of each part, for a trial. Default: all, which takes ten minutes.
 */
export async function sudoku9x9Puzzles({ first = Infinity }: { first?: number } = {}): Promise<Sudoku9x9Puzzles> {
  const seventeen = await readPuzzles('training-puzzles', '17-clue');
  const extreme = await readPuzzles('training-puzzles', 'extreme');
  const heldOut = await Promise.all(['newspaper', '17-clue', 'extreme'].map((kind) => readPuzzles('held-out', kind)));
  const exclude = heldOut.at(-1)!;
  const countOf = ({ count }: { count: number }) => ({ count: Math.min(count, first) });
  const train = [
    ...GENERATED.flatMap((part) => generateSudokuPuzzles({ size: 9, ...part, ...countOf(part) })),
    ...seventeen.slice(0, first),
    ...VARIED.flatMap((part) => varySlowly({ puzzles: extreme, exclude, ...part, ...countOf(part) })),
    ...Array.from({ length: TIMES_EXTREME }, () => extreme.slice(0, first)).flat(),
  ];
  return { train, test: heldOut.flatMap((puzzles) => puzzles.slice(0, HELD_OUT_OF_KIND)) };
}
