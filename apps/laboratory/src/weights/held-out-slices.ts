import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '@hrm/data';
import { puzzlesOfRun, readSplit, type RunDescription, UsageError } from '@hrm/reference-trainer/internal';

/** Puzzles of one kind that were not in training. */
export interface HeldOutSlice {
  /** What they are, such as `17-clue`. */
  name: string;
  questions: ArrayLike<number>[];
}

/** Reads every text file of a folder as one slice, named after the file. @throws UsageError if there is none. */
export function readSlices(folder: string, task: Task): HeldOutSlice[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.txt'));
  if (files.length === 0) throw new UsageError(`--held-out: ${folder} holds no .txt file of puzzles`);
  return files.sort().map((file) => {
    const lines = readFileSync(join(folder, file), 'utf8').trimEnd().split(/\r?\n/);
    const questions = Array.from(task.readLines(lines), ({ question }) => question);
    return { name: file.slice(0, -'.txt'.length), questions };
  });
}

/** The held-out puzzles of a run as one slice. @throws UsageError if they are not there. */
export async function sliceOfRun(run: string, { data }: Pick<RunDescription, 'data'>): Promise<HeldOutSlice> {
  const folder = puzzlesOfRun(run, data);
  if (folder === undefined) throw new UsageError(`${run} holds no puzzles; give --held-out`);
  const { metadata, sets } = await readSplit(folder, 'test');
  const { seqLen } = metadata;
  const questions = Object.values(sets).flatMap(({ inputs }) =>
    Array.from({ length: inputs.length / seqLen }, (_, k) => inputs.subarray(k * seqLen, (k + 1) * seqLen)),
  );
  return { name: 'held out', questions };
}
