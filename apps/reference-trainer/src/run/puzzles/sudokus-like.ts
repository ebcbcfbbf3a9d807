import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PuzzleDataset } from '@hrm/data';
import { buildSudokuDataset, type SudokuPuzzle, type SudokuSize, varySudokuPuzzles } from '@hrm/data-sudoku-maze';
import { readPuzzleLines, readSudokuCsv } from '@hrm/data-sudoku-maze/files';
import { UsageError } from '../../command-line/usage-error';
import { readSplit, type RunPuzzles } from './run-puzzles';
import { readTaskFile } from './task-file';

type Question = Pick<SudokuPuzzle, 'question'>;

/** Options of {@link sudokusLike}. */
export interface SudokusLikeOptions {
  /** A file of Sudokus, or a folder of them, whose training puzzles are taken and held-out puzzles avoided. */
  like: string;
  size: SudokuSize;
  train: number;
  test: number;
  seed: number;
  /** The fewest guesses that a puzzle takes. */
  minDifficulty: number;
}

/** The questions of a data set, whose token 1 is a blank cell, and 2 the digit 1. */
function questionsOf({ metadata: { seqLen }, sets }: PuzzleDataset): Question[] {
  return Object.values(sets).flatMap(({ inputs }) =>
    Array.from({ length: inputs.length / seqLen }, (_, k) => ({
      question: Uint8Array.from(inputs.subarray(k * seqLen, (k + 1) * seqLen), (token) => token - 1),
    })),
  );
}

/** The Sudokus of a file; or the training puzzles of a folder, and its held-out ones. */
async function readSudokus(like: string): Promise<{ puzzles: Question[]; heldOut: Question[] }> {
  if (!existsSync(like)) throw new UsageError(`--like: there is no file or folder ${like}`);
  if (!statSync(like).isDirectory()) {
    const puzzles = /\.csv$/i.test(like) ? await readSudokuCsv(like) : await readPuzzleLines(like);
    return { puzzles: Array.from(puzzles), heldOut: [] };
  }
  const task = readTaskFile(like);
  if (task && task.kind !== 'sudoku')
    throw new UsageError(`--like: ${like} holds puzzles of ${task.kind}, not Sudokus`);
  const puzzles = questionsOf(await readSplit(like, 'train', '--like'));
  const heldOut = existsSync(join(like, 'test')) ? questionsOf(await readSplit(like, 'test', '--like')) : [];
  return { puzzles, heldOut };
}

/**
 * Makes Sudokus near those of a file or folder, by `varySudokuPuzzles`. No training puzzle equals a held-out one of the
 * folder; no held-out one equals a training puzzle or one of the file or folder, not even up to symmetry.
 *
 * @throws UsageError if there are no puzzles of that size.
 * @throws RangeError if too few so difficult ones are found.
 */
export async function sudokusLike(options: SudokusLikeOptions): Promise<RunPuzzles> {
  const { like, size, train, test, seed, minDifficulty } = options;
  const { puzzles, heldOut } = await readSudokus(like);
  const other = [...puzzles, ...heldOut].find(({ question }) => question.length !== size * size);
  if (puzzles.length === 0 || other) {
    const found = other ? `a puzzle of ${other.question.length} cells` : 'no puzzles';
    throw new UsageError(`--like: ${like} holds ${found}, expected Sudokus of ${size}x${size}; see --size`);
  }
  const training = varySudokuPuzzles({ puzzles, count: train, seed, minDifficulty, exclude: heldOut });
  const exclude = [...puzzles, ...heldOut, ...training];
  const tests = varySudokuPuzzles({ puzzles, count: test, seed: seed + 1, minDifficulty, exclude });
  return { train: buildSudokuDataset(training), test: buildSudokuDataset(tests) };
}
