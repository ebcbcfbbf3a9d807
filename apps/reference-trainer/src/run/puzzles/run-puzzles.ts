import { existsSync, lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { revealAnswers, type Augmentation, type PuzzleDataset } from '@hrm/data';
import {
  buildMazeDataset,
  buildSudokuDataset,
  generateMazePuzzles,
  generateSudokuPuzzles,
  mazeAugmentation,
  sudokuAugmentation,
} from '@hrm/data-sudoku-maze';
import { readDataset, writeDataset } from '@hrm/data/files';
import type { RecursiveReasoner } from '@hrm/models';
import { RunLock, RunLockedError } from '@hrm/trainer/checkpoint';
import type { RunConfig, Task } from '../../config/run-config';
import { UsageError } from '../../command-line/usage-error';

/** The puzzles of a run. */
export interface RunPuzzles {
  train: PuzzleDataset;
  test: PuzzleDataset;
}

/** How puzzles are generated. */
export type GenerateOptions = NonNullable<RunConfig['generate']>;

/** Generates training puzzles, and held-out puzzles that differ from them up to symmetry. */
export function generatePuzzles(task: Task, { train, test, seed, givens, minPathLength }: GenerateOptions): RunPuzzles {
  if (task.kind === 'sudoku') {
    const { size } = task;
    const training = generateSudokuPuzzles({ size, count: train, seed, ...(givens && { givens }) });
    const heldOut = generateSudokuPuzzles({
      size,
      count: test,
      seed: seed + 1,
      exclude: training,
      ...(givens && { givens }),
    });
    return { train: buildSudokuDataset(training), test: buildSudokuDataset(heldOut) };
  }
  if (task.kind === 'tokens') throw new RangeError('puzzles of this kind cannot be generated; give --data');
  const options = { width: task.width, height: task.height, ...(minPathLength && { minPathLength }) };
  const training = generateMazePuzzles({ ...options, count: train, seed });
  const heldOut = generateMazePuzzles({ ...options, count: test, seed: seed + 1, exclude: training });
  return { train: buildMazeDataset(training), test: buildMazeDataset(heldOut) };
}

/**
 * Reads one split of a data set in the official layout.
 *
 * @param flag the option or argument that names the folder.
 * @throws UsageError if there is none.
 */
export async function readSplit(folder: string, split: 'train' | 'test', flag = '--data'): Promise<PuzzleDataset> {
  if (!existsSync(join(folder, split)) || !statSync(join(folder, split)).isDirectory()) {
    throw new UsageError(
      `${flag}: ${folder} has no folder "${split}"; make one with \`hrm data generate\` or \`hrm data import\``,
    );
  }
  return readDataset(folder, split);
}

/**
 * Makes sure that a model can take a data set: length and vocabulary must be the model's, and a puzzle embedding must
 * have a vector for each puzzle identifier.
 *
 * @throws UsageError that names what does not fit.
 */
export function expectPuzzlesOfModel(
  { metadata }: Pick<PuzzleDataset, 'metadata'>,
  { seqLen, vocabSize, puzzleTable }: Pick<RecursiveReasoner, 'seqLen' | 'vocabSize' | 'puzzleTable'>,
): void {
  if (metadata.seqLen !== seqLen || metadata.vocabSize !== vocabSize) {
    throw new UsageError(
      `--data: these puzzles have ${metadata.seqLen} tokens out of ${metadata.vocabSize}, but ` +
        `the run's model takes ${seqLen} out of ${vocabSize}`,
    );
  }
  const vectors = puzzleTable?.shape[0];
  if (vectors !== undefined && metadata.numPuzzleIdentifiers > vectors) {
    throw new UsageError(
      `--data: these puzzles have ${metadata.numPuzzleIdentifiers} identifiers, but the run's model has vectors for ${vectors}; ` +
        'use the data set that it was trained on, or one made together with that',
    );
  }
}

/**
 * Reads the puzzles to evaluate a run's model on.
 *
 * @param folder that of `--data`, or of the run; undefined if neither is given.
 * @throws UsageError if there are no puzzles, or they are not of this model.
 */
export async function readPuzzlesOfModel(
  folder: string | undefined,
  split: 'train' | 'test',
  model: RecursiveReasoner,
): Promise<PuzzleDataset> {
  if (folder === undefined) throw new UsageError('--data is missing: this run has no folder of puzzles');
  const puzzles = await readSplit(folder, split);
  expectPuzzlesOfModel(puzzles, model);
  if (countPuzzles(puzzles) > 0) return puzzles;
  throw new UsageError(`--data: the split "${split}" of ${folder} holds no puzzles`);
}

/** Tokens in a puzzle of this task, and the size of its vocabulary. */
export function taskShape(task: Task): { seqLen: number; vocabSize: number } {
  switch (task.kind) {
    case 'sudoku':
      return { seqLen: task.size ** 2, vocabSize: task.size + 2 };
    case 'maze':
      return { seqLen: task.width * task.height, vocabSize: 6 };
    case 'tokens':
      return { seqLen: task.seqLen, vocabSize: task.vocabSize };
  }
}

function expectTask({ metadata }: PuzzleDataset, task: Task, folder: string): void {
  const { seqLen, vocabSize } = taskShape(task);
  if (metadata.seqLen !== seqLen || metadata.vocabSize !== vocabSize) {
    throw new UsageError(
      `--data: the puzzles in ${folder} have ${metadata.seqLen} tokens out of ${metadata.vocabSize}, but ` +
        `the config's task needs ${seqLen} out of ${vocabSize}`,
    );
  }
}

/**
 * The puzzles of a run: those in the folder, or generated as the config says. Writes nothing.
 *
 * @throws UsageError if there are none, they are of another task, or they cannot be generated.
 */
export async function preparePuzzles(config: RunConfig, folder: string | undefined): Promise<RunPuzzles> {
  if (folder !== undefined) {
    const puzzles = { train: await readSplit(folder, 'train'), test: await readSplit(folder, 'test') };
    expectTask(puzzles.train, config.task, folder);
    expectTask(puzzles.test, config.task, folder);
    return puzzles;
  }
  if (!config.generate) {
    throw new UsageError(`--data is missing: the config "${config.name}" does not say how to generate puzzles`);
  }
  try {
    return generatePuzzles(config.task, config.generate);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${config.name}, generate: ${error.message}`);
    throw error;
  }
}

/** Writes puzzles as a data set in the official layout. */
export async function writePuzzles(folder: string, { train, test }: RunPuzzles): Promise<void> {
  await writeDataset(folder, 'train', train);
  await writeDataset(folder, 'test', test);
}

/** Writes the splits that are missing because a process was killed before it had written them. */
export async function writeMissingPuzzles(folder: string, { train, test }: RunPuzzles): Promise<void> {
  for (const [split, puzzles] of Object.entries({ train, test })) {
    if (!existsSync(join(folder, split))) await writeDataset(folder, split, puzzles);
  }
}

/** The augmentation of a task's puzzles. @throws UsageError if the task has none. */
export function taskAugmentation(task: Task): Augmentation {
  switch (task.kind) {
    case 'sudoku':
      return sudokuAugmentation(task.size);
    case 'maze':
      return mazeAugmentation(task.width, task.height);
    case 'tokens':
      throw new UsageError('training.augment: no symmetries are known for puzzles of this kind; set it to false');
  }
}

/** The augmentations of a run, in their order. */
export function runAugmentations({ task, training }: Pick<RunConfig, 'task' | 'training'>): Augmentation[] {
  const { augment, reveal } = training;
  return [...(augment ? [taskAugmentation(task)] : []), ...(reveal ? [revealAnswers(reveal)] : [])];
}

/** The number of puzzles in all sets of a data set. */
export function countPuzzles({ metadata, sets }: PuzzleDataset): number {
  return metadata.sets.reduce((count, name) => count + sets[name]!.inputs.length / metadata.seqLen, 0);
}

/** Makes sure that a folder holds no data set yet. @throws UsageError if it does. */
export function expectNoPuzzles(out: string): void {
  for (const name of ['train', 'test', 'identifiers.json']) {
    if (lstatSync(join(out, name), { throwIfNoEntry: false }))
      throw new UsageError(`--out: ${join(out, name)} exists already; choose another folder`);
  }
}

/**
 * Writes puzzles into a folder that has none. A lock keeps a second process out, which might write a split of another
 * seed.
 *
 * @throws UsageError if there are puzzles already, or if another process works in the folder.
 */
export async function writeNewPuzzles(out: string, puzzles: RunPuzzles): Promise<void> {
  let lock: RunLock;
  try {
    lock = await RunLock.acquire(out);
  } catch (error) {
    if (error instanceof RunLockedError)
      throw new UsageError(`--out: another process is using ${out}: ${error.message}`);
    throw error;
  }
  try {
    expectNoPuzzles(out);
    await writePuzzles(out, puzzles);
  } finally {
    await lock.release();
  }
}
