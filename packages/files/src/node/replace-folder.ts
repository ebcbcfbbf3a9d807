import { type FileSystem, nodeFileSystem } from './file-system';
import { writeWhole } from './write-whole';

/** What {@link replaceFolder} is to do. */
export interface FolderReplacement {
  /** Writes what the folder is to hold, each file to the disk itself; the folder is there and empty. */
  readonly fill: (folder: string) => Promise<void>;
  /** Removes a folder such as this writes, whole or half, if there is one, and nothing that others have put there. */
  readonly remove: (folder: string) => Promise<void>;
  /** The name of the folder until it is whole, beside its place. */
  readonly temporary: string;
  /** Where a folder that has the name already stands until the new one has it, beside its place. */
  readonly aside: string;
  /** Default: the machine's. */
  readonly fileSystem?: FileSystem;
}

/**
 * Writes a folder whole or not at all: under a temporary name, which it changes for its own once all is on the disk.
 *
 * No system call exchanges two folders everywhere, so one that has the name steps aside first and is removed last. A process
 * killed in between leaves it aside, where `path` is missing: the reader looks there too, or the next start moves it back.
 *
 * @throws what `fill` throws, and Error of the file system: then the old folder is back in its place.
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
      if (kind !== 'folder') throw new Error(`${path} is no folder, and none of ours; move it away`);
      // What a killed process has left there is of no more use: `path` is whole.
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
  // If it cannot be removed now, the next to write will.
  await remove(aside).catch(() => undefined);
}
