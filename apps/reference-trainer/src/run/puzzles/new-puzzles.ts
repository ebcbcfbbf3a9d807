import { existsSync, lstatSync, type Stats, statSync } from 'node:fs';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expectReplaceableFolder, replaceFile } from '@hrm/files/node';
import { RunLock, RunLockedError } from '@hrm/trainer/checkpoint';
import type { TaskConfig } from '../../config/task-options';
import { UsageError } from '../../command-line/usage-error';
import { TASK_FILE, writeTaskFile } from './task-file';

/** What a data set consists of. */
const NAMES = ['train', 'test', 'identifiers.json', 'test_puzzles.json', TASK_FILE];

/** Is there until all files of a data set are written. */
const UNFINISHED = '.unfinished';

/** Whether a process is writing the data set of a folder, or was killed before it had written all of it. */
export const isUnfinished = (folder: string): boolean => existsSync(join(folder, UNFINISHED));

/** Makes sure that a path leads to a folder, or that one can be made there. @throws UsageError if not. */
function expectFolderOrNone(path: string): void {
  const refuse = (what: string): never => {
    throw new UsageError(`--out: ${path} is ${what}, expected a folder or a new name`);
  };
  let facts: Stats | undefined;
  try {
    facts = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A file on the way to it, or links in a circle.
    refuse(`not usable (${(error as NodeJS.ErrnoException).code})`);
  }
  if (facts && !facts.isDirectory()) refuse('no folder');
  if (!facts && lstatSync(path, { throwIfNoEntry: false })) refuse('a link to nothing');
}

/** Makes sure that a folder holds no data set yet. An unfinished one is none. @throws UsageError if it does. */
export function expectNoPuzzles(out: string): void {
  expectFolderOrNone(out);
  if (isUnfinished(out)) return;
  for (const name of NAMES) {
    if (lstatSync(join(out, name), { throwIfNoEntry: false }))
      throw new UsageError(`--out: ${join(out, name)} exists already; choose another folder`);
  }
}

/** Removes the parts of a data set, but no folder with other files. */
async function removeParts(out: string): Promise<void> {
  const isOurs = (name: string) => name === 'dataset.json' || name.endsWith('.npy');
  for (const split of ['train', 'test'])
    await expectReplaceableFolder(join(out, split), { isOurs, what: 'a data set' });
  for (const name of NAMES) await rm(join(out, name), { recursive: true, force: true });
}

/**
 * Fills a folder that has no puzzles. A lock keeps a second process out, which might write a split of another seed. What
 * a killed process has left unfinished is replaced.
 *
 * @param task of the puzzles, for `task.json`; undefined if it is unknown, so that a config must name it.
 * @param write writes the puzzles into the folder.
 * @throws UsageError if there are puzzles already, or if another process works in the folder.
 */
export async function fillNewPuzzles<T>(
  out: string,
  task: TaskConfig | undefined,
  write: () => Promise<T>,
): Promise<T> {
  let lock: RunLock;
  const made = await mkdir(out, { recursive: true });
  try {
    lock = await RunLock.acquire(out, { what: 'data set' });
  } catch (error) {
    if (error instanceof RunLockedError)
      throw new UsageError(`--out: another process is using ${out}: ${error.message}`);
    throw error;
  }
  try {
    expectNoPuzzles(out);
    if (isUnfinished(out)) await removeParts(out);
    else await replaceFile(join(out, UNFINISHED), new Uint8Array());
    try {
      const written = await write();
      if (task) await writeTaskFile(out, task);
      return written;
    } catch (error) {
      await removeParts(out);
      throw error;
    } finally {
      await rm(join(out, UNFINISHED), { force: true });
    }
  } finally {
    await lock.release();
    // It is empty if nothing was written.
    if (made !== undefined) await rmdir(out).catch(() => undefined);
  }
}
