import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildDataset, generateExamples, type PuzzleDataset, type Task } from '@hrm/data';
import { readDataset, writeDataset } from '@hrm/data/files';
import type { RunConfig } from '../../config/run-config';
import type { TaskConfig } from '../../config/task-options';
import { UsageError } from '../../command-line/usage-error';
import { makeTask } from '../parts/make-part';
import { expectRoom } from './expect-room';
import { fillNewPuzzles, isUnfinished } from './new-puzzles';
import { expectTaskOfFolder } from './task-file';

/** The puzzles of a run. */
export interface RunPuzzles {
  train: PuzzleDataset;
  test: PuzzleDataset;
}

/** How puzzles are generated. */
export type GenerateOptions = NonNullable<RunConfig['generate']>;

/**
 * Generates training puzzles, and held-out puzzles that differ from them up to symmetry.
 *
 * @param options `out`: the folder that they are written to, if any; `onProgress`: called with the number of puzzles.
 * @throws RangeError if the task cannot generate so many; UsageError if there is no room for them.
 */
export function generatePuzzles(
  task: Task,
  { train, test, seed, ...generate }: GenerateOptions,
  { out, onProgress }: { out?: string; onProgress?: (puzzles: number) => void } = {},
): RunPuzzles {
  expectRoom(out, { train, test }, task);
  const options = { ...generate, ...(onProgress && { onProgress }) };
  const training = generateExamples(task, { ...options, count: train, seed });
  if (onProgress) options.onProgress = (found) => onProgress(train + found);
  const heldOut = generateExamples(task, { ...options, count: test, seed: seed + 1, exclude: training });
  return { train: buildDataset(training, task), test: buildDataset(heldOut, task) };
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
  if (isUnfinished(folder)) {
    throw new UsageError(
      `${flag}: ${folder} is not finished: the command that makes it has not ended, or was killed; run it again`,
    );
  }
  return readDataset(folder, split);
}

function expectTask({ metadata }: PuzzleDataset, task: Task, folder: string): void {
  const { seqLen, vocabSize } = task;
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
 * @param task that of the config. Default: made from it, with the standard tasks.
 *
 * @throws UsageError if there are none, they are of another task, or they cannot be generated.
 */
export async function preparePuzzles(
  config: RunConfig,
  folder: string | undefined,
  task: Task = makeTask(config),
): Promise<RunPuzzles> {
  if (folder !== undefined) {
    expectTaskOfFolder(config.task, folder);
    const puzzles = { train: await readSplit(folder, 'train'), test: await readSplit(folder, 'test') };
    expectTask(puzzles.train, task, folder);
    expectTask(puzzles.test, task, folder);
    return puzzles;
  }
  if (!config.generate) {
    throw new UsageError(`--data is missing: the config "${config.name}" does not say how to generate puzzles`);
  }
  try {
    return generatePuzzles(task, config.generate);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${config.name}, generate: ${error.message}`);
    throw error;
  }
}

/** Writes puzzles as a data set in the official layout. @param identifiers their names. Default: only the blank one. */
export async function writePuzzles(
  folder: string,
  { train, test }: RunPuzzles,
  identifiers: readonly string[] = ['<blank>'],
): Promise<void> {
  await writeDataset(folder, 'train', train, { identifiers });
  await writeDataset(folder, 'test', test, { identifiers });
}

/** Writes the splits that are missing because a process was killed before it had written them. */
export async function writeMissingPuzzles(folder: string, { train, test }: RunPuzzles): Promise<void> {
  for (const [split, puzzles] of Object.entries({ train, test })) {
    if (!existsSync(join(folder, split))) await writeDataset(folder, split, puzzles);
  }
}

/**
 * Writes puzzles into a folder that has none.
 *
 * @param task as in {@link fillNewPuzzles}.
 * @param identifiers as in {@link writePuzzles}.
 */
export const writeNewPuzzles = (
  out: string,
  puzzles: RunPuzzles,
  task?: TaskConfig,
  identifiers?: readonly string[],
): Promise<void> => fillNewPuzzles(out, task, () => writePuzzles(out, puzzles, identifiers));

/** The number of puzzles in all sets of a data set. */
export function countPuzzles({ metadata, sets }: PuzzleDataset): number {
  return metadata.sets.reduce((count, name) => count + sets[name]!.inputs.length / metadata.seqLen, 0);
}

/** The tokens of the first question of a data set. */
export function firstQuestion({ metadata, sets }: PuzzleDataset): Int32Array {
  return Int32Array.from(sets[metadata.sets[0]!]!.inputs.subarray(0, metadata.seqLen));
}

/** Whether any cell has a label. */
export function hasLabels({ metadata: { ignoreLabelId }, sets }: PuzzleDataset): boolean {
  return Object.values(sets).some(({ labels }) => labels.some((label) => label !== ignoreLabelId));
}
