import { resolve } from 'node:path';
import { type EntryKind, errorCode, type FileSystem, nodeFileSystem } from './file-system';
import { writeWhole } from './write-whole';

/** Options of {@link replaceFolder}. */
export interface FolderReplacement {
  /** Writes the files into the empty folder, and flushes each to disk. */
  readonly fill: (folder: string) => Promise<void>;
  /** Removes the folder that `fill` wrote, finished or not, if it exists. Must not remove files of others. */
  readonly remove: (folder: string) => Promise<void>;
  /**
   * The path of the folder until it is finished, in the same parent folder. A folder that is there already counts as
   * left by a killed process, and is removed. So if several processes may write `path` at once, give each a path of its
   * own, such as that of `temporaryPath`.
   */
  readonly temporary: string;
  /** The path of the old folder while it is replaced, in the same parent folder. */
  readonly aside: string;
  /** Default: `nodeFileSystem`. */
  readonly fileSystem?: FileSystem;
}

/** The temporary folders that this process is writing. */
const inUse = new Set<string>();

/**
 * Writes or replaces a whole folder, or changes nothing. Fills a temporary folder, and renames it when all is on disk.
 *
 * Not every system can exchange two folders in one call. So the old folder is first renamed to `aside`, and removed
 * last. If the process is killed in between, `path` is missing and `aside` holds the old folder: read it there, or move
 * it back.
 *
 * @throws what `fill` throws, and Error of the file system. Then the old folder is back in its place. Error where
 *   another call of this process is writing the same `temporary`, or a file or a link has that name. Then nothing
 *   changes.
 *
 * @example
 * ```ts
 * import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
 * import { join } from 'node:path';
 * import { replaceFolder } from '@hrm/files/node';
 *
 * const out = await mkdtemp('out-');
 * await replaceFolder(join(out, 'report'), {
 *   temporary: join(out, '.report.saving'),
 *   aside: join(out, '.report.replaced'),
 *   fill: (folder) => writeFile(join(folder, 'page.html'), '<p>whole</p>', { flush: true }),
 *   remove: (folder) => rm(folder, { recursive: true, force: true }),
 * });
 * console.log(await readdir(out)); // [ 'report' ]
 * ```
 */
export async function replaceFolder(path: string, replacement: FolderReplacement): Promise<void> {
  const place = resolve(replacement.temporary);
  if (inUse.has(place)) {
    throw new Error(
      `${path} was not written: another call of this process is writing ${replacement.temporary}; ` +
        'wait for it, or give each call a temporary path of its own (temporaryPath)',
    );
  }
  inUse.add(place);
  try {
    await fillAndReplace(path, replacement);
  } finally {
    inUse.delete(place);
  }
}

async function fillAndReplace(path: string, replacement: FolderReplacement): Promise<void> {
  const { fileSystem = nodeFileSystem, temporary, aside, fill, remove } = replacement;
  await createEmptyFolder(replacement);
  await writeWhole(path, {
    fileSystem,
    temporary,
    write: async () => {
      await fill(temporary);
      await fileSystem.syncFolder(temporary);
    },
    place: async () => {
      const kind = await fileSystem.kindOf(path);
      if (kind === undefined) return fileSystem.rename(temporary, path);
      if (kind !== 'folder') throw notAFolder(path, kind);
      // A killed process may have left a folder there. It is not needed: `path` is whole.
      await remove(aside);
      await fileSystem.rename(path, aside);
      try {
        await fileSystem.rename(temporary, path);
      } catch (error) {
        await fileSystem.rename(aside, path).catch(() => undefined);
        throw error;
      }
    },
    discard: remove,
  });
  // If it cannot be removed now, the next call removes it.
  await remove(aside).catch(() => undefined);
}

/** Creates the temporary folder, in the place of one that a killed process left. */
async function createEmptyFolder({ fileSystem = nodeFileSystem, temporary, remove }: FolderReplacement): Promise<void> {
  try {
    await fileSystem.createFolder(temporary);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    const kind = await fileSystem.kindOf(temporary);
    if (kind !== 'folder') throw kind === undefined ? error : notAFolder(temporary, kind);
    await remove(temporary);
    await fileSystem.createFolder(temporary);
  }
}

function notAFolder(path: string, kind: EntryKind): Error {
  return new Error(`${path} is a ${kind}; expected a folder, or nothing: move it away`);
}
