import { existsSync, statfsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { expectDatasetSize, type Task } from '@hrm/data';
import { UsageError } from '../../command-line/usage-error';

/** The nearest folder that exists already. */
const existing = (folder: string): string => (existsSync(folder) ? folder : existing(dirname(folder)));

const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/**
 * Makes sure that a new data set fits into memory and on the disk, before work is done for it.
 *
 * @param out its folder; undefined if it is not written.
 * @param counts examples of each split.
 * @throws RangeError if an array of it is too large; UsageError if there is too little memory or space.
 */
export function expectRoom(
  out: string | undefined,
  { train, test }: { train: number; test: number },
  task: Task,
): void {
  const bytes = 2 * (expectDatasetSize(train, task) + expectDatasetSize(test, task));
  // Zero: no limit.
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  const size = `the data set of ${train + test} examples takes ${gib(bytes)}`;
  if (bytes > memory) throw new UsageError(`--train: ${size}, but there are only ${gib(memory)} of memory`);
  if (out === undefined) return;
  const folder = existing(resolve(out));
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (bytes > free) throw new UsageError(`--out: ${size}, but ${folder} has only ${gib(free)} left`);
}
