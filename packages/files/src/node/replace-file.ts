import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { writeNewFile } from './durable-files';
import { type FileSystem, nodeFileSystem } from './file-system';

/**
 * Writes a whole file at once: afterwards, whatever happens meanwhile, the file has its old content or all of the new.
 * Returns when the new content is on the disk.
 *
 * @throws Error of the file system, and where a link or a folder has the name; what was there then stays.
 *
 * @example
 * ```ts
 * import { replaceFile } from '@hrm/trainer/checkpoint';
 *
 * await replaceFile('config.json', new TextEncoder().encode(JSON.stringify({ hiddenSize: 128 })));
 * ```
 */
export async function replaceFile(
  path: string,
  bytes: Uint8Array,
  options: { readonly fileSystem?: FileSystem } = {},
): Promise<void> {
  const { fileSystem = nodeFileSystem } = options;
  const kind = await fileSystem.kindOf(path);
  if (kind !== undefined && kind !== 'file') {
    throw new Error(
      `${path} is a ${kind === 'link' ? 'symbolic link' : kind}, which is not replaced; expected a plain file, or none`,
    );
  }
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}-${randomBytes(6).toString('hex')}`);
  try {
    await writeNewFile(fileSystem, temporary, bytes);
    await fileSystem.rename(temporary, path);
  } catch (error) {
    await fileSystem.removeFile(temporary).catch(() => undefined);
    throw error;
  }
  await fileSystem.syncFolder(folder);
}
