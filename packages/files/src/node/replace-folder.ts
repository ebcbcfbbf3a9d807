import { type FileSystem, nodeFileSystem } from './file-system';
import { writeWhole } from './write-whole';

/** Options of {@link replaceFolder}. */
export interface FolderReplacement {
  /** Writes the files into the empty folder, and flushes each to disk. */
  readonly fill: (folder: string) => Promise<void>;
  /** Removes the folder that `fill` wrote, finished or not, if it exists. Must not remove files of others. */
  readonly remove: (folder: string) => Promise<void>;
  /** The path of the folder until it is finished, in the same parent folder. */
  readonly temporary: string;
  /** The path of the old folder while it is replaced, in the same parent folder. */
  readonly aside: string;
  /** Default: `nodeFileSystem`. */
  readonly fileSystem?: FileSystem;
}

/**
 * Writes or replaces a whole folder, or changes nothing. Fills a temporary folder, and renames it when all is on disk.
 *
 * Not every system can exchange two folders in one call. So the old folder is first renamed to `aside`, and removed
 * last. If the process is killed in between, `path` is missing and `aside` holds the old folder: read it there, or move
 * it back.
 *
 * @throws what `fill` throws, and Error of the file system. Then the old folder is back in its place.
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
  const { fileSystem = nodeFileSystem, temporary, aside, fill, remove } = replacement;
  await writeWhole(path, {
    fileSystem,
    temporary,
    write: async () => {
      await fileSystem.createFolder(temporary);
      await fill(temporary);
      await fileSystem.syncFolder(temporary);
    },
    place: async () => {
      const kind = await fileSystem.kindOf(path);
      if (kind === undefined) return fileSystem.rename(temporary, path);
      if (kind !== 'folder') throw new Error(`${path} is a ${kind}; expected a folder, or nothing: move it away`);
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
