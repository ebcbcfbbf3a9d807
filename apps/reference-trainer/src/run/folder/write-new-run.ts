import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RunLock } from '@hrm/trainer/checkpoint';
import { expectFreeFolder, runPaths } from './run-folder';

/**
 * Makes a run appear whole or not at all, in a folder that is not there yet, or empty.
 *
 * @param write fills the folder that it is given, `config.json` last: without one it is no run.
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
    // The name was drawn at random: all in it is ours.
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    if (firstMade !== undefined) await removeEmpty(parent, firstMade);
    throw error;
  }
}

/** The folder may be a disk of its own, with no place beside it. */
async function fillEmptyFolder(folder: string, write: (folder: string) => Promise<void>): Promise<void> {
  const lock = await RunLock.acquire(folder);
  try {
    // Another process may have begun a run here since it was looked at.
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

/** Removes the folders from `last` up to `first` that hold nothing. */
async function removeEmpty(last: string, first: string): Promise<void> {
  for (let folder = last; folder.startsWith(first); folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}
