import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

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

/** Writes a file whole or not at all: under a temporary name, flushed to the disk, then renamed. */
export async function writeFileWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryName(path);
  try {
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

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );

/**
 * Where the folder is to be read: in its place, but where a process was killed while replacing it, aside. No system call
 * exchanges two folders everywhere, so there is a moment with none in place.
 */
export async function wholeFolder(path: string): Promise<string> {
  const aside = replacedPath(path);
  return !(await exists(path)) && (await exists(aside)) ? aside : path;
}

/**
 * Writes a folder of files whole or not at all, likewise. A folder that stands there already is first moved aside, and
 * back when the new one cannot take its place; it is removed last. {@link wholeFolder} tells where to read meanwhile.
 */
export async function writeFolderWhole(path: string, files: Iterable<[string, Uint8Array]>): Promise<void> {
  const temporary = temporaryName(path);
  const aside = replacedPath(path);
  try {
    await mkdir(temporary);
    for (const [name, bytes] of files) await writeSynced(join(temporary, name), bytes);
    await syncFolder(temporary);
    // What a killed process has left aside: the only one there is, or of no more use.
    if (await exists(aside)) {
      if (await exists(path)) await rm(aside, { recursive: true });
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
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
  // If it cannot be removed now, the next to write will.
  await rm(aside, { recursive: true, force: true }).catch(() => undefined);
}
