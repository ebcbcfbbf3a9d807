import { expectOptions } from '../checks/expect-options';
import { FileFormatError } from '../file-format-error';
import { expectBytes } from './expect-bytes';
import { type FileSystem, nodeFileSystem } from './file-system';
import { writeTemporaryFile } from './write-temporary-file';
import { writeWhole } from './write-whole';

/**
 * Writes or replaces a file in one step. Even after a crash the file has all of its old content or all of the new.
 * Returns when the new content is on disk.
 *
 * @throws TypeError where `bytes` is no Uint8Array; `FileFormatError` where a link or a folder has the name; Error of
 *   the file system. Then nothing changes.
 *
 * @example
 * ```ts
 * import { replaceFile } from '@hrm/files/node';
 *
 * await replaceFile('config.json', new TextEncoder().encode(JSON.stringify({ hiddenSize: 128 })));
 * ```
 */
export async function replaceFile(
  path: string,
  bytes: Uint8Array,
  options: { readonly fileSystem?: FileSystem } = {},
): Promise<void> {
  expectBytes('replaceFile', bytes);
  expectOptions('replaceFile', options, ['fileSystem']);
  const { fileSystem = nodeFileSystem } = options;
  const kind = await fileSystem.kindOf(path);
  if (kind !== undefined && kind !== 'file') {
    const problem = `it is a ${kind === 'link' ? 'symbolic link' : kind}, which is not replaced`;
    throw new FileFormatError({ path, problem, expected: 'a plain file, or none' });
  }
  await writeWhole(path, {
    fileSystem,
    write: (temporary) => writeTemporaryFile(fileSystem, temporary, { path, bytes }),
  });
}
