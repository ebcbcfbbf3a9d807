import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RunLock } from '@hrm/trainer/checkpoint';
import { expectFreeFolder, runPaths } from './run-folder';

/**
 * Writes a run whole or not at all, into a folder that is new or empty.
 *
 * @param write fills a given folder, `config.json` last, because that file makes it a run.
 */
export async function writeNewRun(run: string, write: (folder: string) => Promise<void>): Promise<void> {
  const place = resolve(run);
  if (existsSync(place)) return fillEmptyFolder(place, write);
  const parent = dirname(place);
  const firstMade = await mkdir(parent, { recursive: true });
  const staging = join(parent, `.${basename(place)}-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(staging);
    await write(staging);
    await rename(staging, place);
  } catch (error) {
    // The name is random, so nobody else uses this folder.
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    if (firstMade !== undefined) await removeEmpty(parent, firstMade);
    throw error;
  }
}

/** Writes into an existing folder, which may be a mount point and so cannot be replaced. */
async function fillEmptyFolder(folder: string, write: (folder: string) => Promise<void>): Promise<void> {
  const lock = await RunLock.acquire(folder);
  try {
    // Another process may have begun a run here meanwhile.
    expectFreeFolder(folder);
    try {
      await write(folder);
    } catch (error) {
      const { description, checkpoints } = runPaths(folder);
      for (const path of [description, checkpoints])
        await rm(path, { recursive: true, force: true }).catch(() => undefined);
      throw error;
    }
  } finally {
    await lock.release();
  }
}

/** Removes empty folders, from `last` up to its ancestor `first`. */
async function removeEmpty(last: string, first: string): Promise<void> {
  for (let folder = last; folder.startsWith(first); folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}
