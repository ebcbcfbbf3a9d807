import { writeNewFile } from './durable-files';
import { errorCode, type FileSystem } from './file-system';

/**
 * Writes the content of the file `path` under a temporary name.
 *
 * @throws Error of the file system. Where it names no file, as that of a full disk does not, the message names `path`.
 */
export async function writeTemporaryFile(
  fileSystem: FileSystem,
  temporary: string,
  { path, bytes }: { path: string; bytes: Uint8Array },
): Promise<void> {
  try {
    await writeNewFile(fileSystem, temporary, bytes);
  } catch (cause) {
    const code = errorCode(cause);
    if (code === undefined || (cause as NodeJS.ErrnoException).path !== undefined) throw cause;
    throw Object.assign(new Error(`${path} was not written: ${(cause as Error).message}`, { cause }), { code });
  }
}
