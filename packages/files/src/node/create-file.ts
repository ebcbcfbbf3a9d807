import { expectOptions } from '../checks/expect-options';
import { expectBytes } from './expect-bytes';
import { errorCode, type FileSystem, nodeFileSystem } from './file-system';
import { writeTemporaryFile } from './write-temporary-file';
import { writeWhole } from './write-whole';

/** The errors of file systems without hard links. There the file gets its name by renaming. */
const noHardLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * Writes a new file in one step, and never replaces another. If two programs create the same file, one of them fails.
 * Returns when the content is on disk.
 *
 * @throws TypeError where `bytes` is no Uint8Array; Error with `code` EEXIST where the name is taken, even by a broken
 *   link; Error of the file system. After an error nothing is left of the new file.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { join } from 'node:path';
 * import { createFile } from '@hrm/files/node';
 *
 * const path = join(await mkdtemp('out-'), 'weights.bin');
 * await createFile(path, Uint8Array.of(1, 2, 3));
 * await createFile(path, Uint8Array.of(4)).catch((error: Error) => console.log(error.message)); // ... already exists
 * ```
 */
export async function createFile(
  path: string,
  bytes: Uint8Array,
  options: { readonly fileSystem?: FileSystem } = {},
): Promise<void> {
  expectBytes('createFile', bytes);
  expectOptions('createFile', options, ['fileSystem']);
  const { fileSystem = nodeFileSystem } = options;
  const expectFreeName = async () => {
    if ((await fileSystem.kindOf(path)) !== undefined) throw nameTaken(path);
  };
  await expectFreeName();
  await writeWhole(path, {
    fileSystem,
    write: (temporary) => writeTemporaryFile(fileSystem, temporary, { path, bytes }),
    place: async (temporary) => {
      try {
        await fileSystem.addName(temporary, path);
        // The file is in place. If its hidden second name stays, that does no harm.
        await fileSystem.removeFile(temporary).catch(() => undefined);
      } catch (error) {
        if (errorCode(error) === 'EEXIST') throw nameTaken(path);
        if (!noHardLinks.includes(errorCode(error) ?? '')) throw error;
        await expectFreeName();
        await fileSystem.rename(temporary, path);
      }
    },
  });
}

function nameTaken(path: string): Error {
  return Object.assign(new Error(`${path} already exists; choose another name`), { code: 'EEXIST' });
}
