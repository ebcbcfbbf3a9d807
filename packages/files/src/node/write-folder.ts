import type { Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PuzzleFileError } from './puzzle-file-error';

/** A name beside the target that no other process uses. */
function temporaryName(path: string): string {
  const unique = `${process.pid}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  return join(dirname(path), `.${basename(path)}.${unique}.tmp`);
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder as durable as the files' contents. Windows cannot, and need not. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Something of this name is not ours to replace. */
const notOurs = (path: string, why: string) =>
  new PuzzleFileError(path, `it ${why}; expected a data set, for nothing else is replaced: move it away`);

/**
 * Writes a file whole or not at all: under a temporary name, flushed to the disk, then renamed.
 *
 * @throws PuzzleFileError where a link or a folder has the name, beside those of the file system.
 */
export async function writeFileWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const before = await statusOf(path);
    if (before && !before.isFile()) throw notOurs(path, 'is no plain file');
    await writeSynced(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Where a folder stands while another takes its place. */
const replacedPath = (path: string): string => join(dirname(path), `.${basename(path)}.replaced`);

/** What stands at the path itself, links not followed; `undefined` where nothing does. */
const statusOf = (path: string): Promise<Stats | undefined> =>
  lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });

const exists = async (path: string): Promise<boolean> => (await statusOf(path)) !== undefined;

/**
 * Where the folder is to be read: in its place, but where a process was killed while replacing it, aside. No system call
 * exchanges two folders everywhere, so there is a moment with none in place.
 */
export async function wholeFolder(path: string): Promise<string> {
  const aside = replacedPath(path);
  return !(await exists(path)) && (await exists(aside)) ? aside : path;
}

/**
 * Refuses a folder that may not be replaced: a link, or one that holds anything but files such as we write.
 *
 * @param isOurs whether a file of this name is one.
 */
async function expectFolderOfOurs(path: string, isOurs: (name: string) => boolean): Promise<void> {
  const status = await statusOf(path);
  if (status === undefined) return;
  if (!status.isDirectory()) throw notOurs(path, status.isSymbolicLink() ? 'is a symbolic link' : 'is no folder');
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (!entry.isFile() || !isOurs(entry.name)) throw notOurs(path, `holds ${JSON.stringify(entry.name)}`);
  }
}

/** Refuses what {@link writeFolderWhole} would not replace, before anything is written. */
export async function expectReplaceable(path: string, isOurs: (name: string) => boolean): Promise<void> {
  await expectFolderOfOurs(path, isOurs);
  await expectFolderOfOurs(replacedPath(path), isOurs);
}

/** Removes a folder of such files; what is not one of them stays, and so does the folder then. */
async function removeOurs(path: string, isOurs: (name: string) => boolean): Promise<void> {
  await expectFolderOfOurs(path, isOurs);
  for (const name of await readdir(path)) await rm(join(path, name));
  await rmdir(path);
}

/**
 * Writes a folder of files whole or not at all, likewise. A folder that stands there already is first moved aside, and
 * back when the new one cannot take its place; it is removed last. {@link wholeFolder} tells where to read meanwhile.
 *
 * @param isOurs whether a file of this name is such as we write: a folder with anything else is not replaced.
 */
export async function writeFolderWhole(
  path: string,
  files: Iterable<[string, Uint8Array]>,
  isOurs: (name: string) => boolean,
): Promise<void> {
  const temporary = temporaryName(path);
  const aside = replacedPath(path);
  try {
    await expectReplaceable(path, isOurs);
    await mkdir(temporary);
    for (const [name, bytes] of files) await writeSynced(join(temporary, name), bytes);
    await syncFolder(temporary);
    // What a killed process has left aside: the only one there is, or of no more use.
    if (await exists(aside)) {
      if (await exists(path)) await removeOurs(aside, isOurs);
      else await rename(aside, path);
    }
    const replaces = await exists(path);
    if (replaces) await rename(path, aside);
    try {
      await rename(temporary, path);
    } catch (error) {
      if (replaces) await rename(aside, path);
      throw error;
    }
  } catch (error) {
    // The name was drawn at random: all in it is ours.
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
  // If it cannot be removed now, the next to write will.
  if (await exists(aside)) await removeOurs(aside, isOurs).catch(() => undefined);
}
