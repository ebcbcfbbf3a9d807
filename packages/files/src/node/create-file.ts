import { writeNewFile } from './durable-files';
import { errorCode, type FileSystem, nodeFileSystem } from './file-system';
import { writeWhole } from './write-whole';

/** Where a file system knows no second names, a file is put in place by renaming. */
const withoutSecondNames = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * Writes a whole new file at once, and never in the place of another: of two programs that make the same file one fails.
 * Returns when the content is on the disk.
 *
 * @throws Error with `code` EEXIST where anything has the name, a link that leads nowhere included; Error of the file system.
 *   There is no file then.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { join } from 'node:path';
 * import { createFile } from '@hrm/files/node';
 *
 * const path = join(await mkdtemp('out-'), 'weights.bin');
 * await createFile(path, Uint8Array.of(1, 2, 3));
 * await createFile(path, Uint8Array.of(4)).catch((error: Error) => console.log(error.message)); // ... is there already
 * ```
 */
export async function createFile(
  path: string,
  bytes: Uint8Array,
  options: { readonly fileSystem?: FileSystem } = {},
): Promise<void> {
  const { fileSystem = nodeFileSystem } = options;
  const expectNone = async () => {
    if ((await fileSystem.kindOf(path)) !== undefined) throw taken(path);
  };
  await expectNone();
  await writeWhole(path, {
    fileSystem,
    write: async (temporary) => void (await writeNewFile(fileSystem, temporary, bytes)),
    place: async (temporary) => {
      try {
        await fileSystem.addName(temporary, path);
        // The file stands; a hidden second name of it harms nobody.
        await fileSystem.removeFile(temporary).catch(() => undefined);
      } catch (error) {
        if (errorCode(error) === 'EEXIST') throw taken(path);
        if (!withoutSecondNames.includes(errorCode(error) ?? '')) throw error;
        await expectNone();
        await fileSystem.rename(temporary, path);
      }
    },
  });
}

function taken(path: string): Error {
  return Object.assign(new Error(`${path} is there already; choose another name`), { code: 'EEXIST' });
}
