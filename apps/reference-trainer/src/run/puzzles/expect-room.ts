import { existsSync, statfsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { expectDatasetSize, type Task } from '@hrm/data';
import { UsageError } from '../../command-line/usage-error';

/** The nearest folder that exists already. */
const existing = (folder: string): string => (existsSync(folder) ? folder : existing(dirname(folder)));

/** A size in the unit that fits, such as `1.5 GiB`. */
function describeBytes(bytes: number): string {
  const power = Math.min(3, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${['bytes', 'KiB', 'MiB', 'GiB'][power]}`;
}

/** Bytes of memory that this process may take. */
function memoryLimit(): number {
  // Zero: no limit.
  return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}

/** Bytes that are free on the disk of a folder. */
function freeSpace(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Bytes of memory, and of free space in a folder. Default: those of this machine. */
interface Room {
  memory?: number;
  free?: (folder: string) => number;
}

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
  room: Room = {},
): void {
  const bytes = 2 * (expectDatasetSize(train, task) + expectDatasetSize(test, task));
  expectRoomForBytes(out, { examples: train + test, bytes }, room);
}

/** The same for a data set whose size is known. @throws UsageError */
export function expectRoomForBytes(
  out: string | undefined,
  { examples, bytes }: { examples: number; bytes: number },
  { memory = memoryLimit(), free = freeSpace }: Room = {},
): void {
  const size = `the data set of ${examples} examples takes ${describeBytes(bytes)}`;
  if (bytes > memory) throw new UsageError(`--train: ${size}, but there are only ${describeBytes(memory)} of memory`);
  if (out === undefined) return;
  const folder = existing(resolve(out));
  const left = free(folder);
  if (bytes > left) throw new UsageError(`--out: ${size}, but ${folder} has only ${describeBytes(left)} left`);
}
