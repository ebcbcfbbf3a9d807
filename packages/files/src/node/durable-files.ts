import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { errorCode, type FileSystem, type OpenFile } from './file-system';

/** Bytes written or read between two looks at the rest of the program. */
const chunkBytes = 4 * 2 ** 20;

/** Writes all of `bytes`, however few go through at a time. */
export async function writeFully(file: OpenFile, bytes: Uint8Array, start: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const written = await file.write(bytes.subarray(done, done + chunkBytes), start + done);
    if (written <= 0) throw Object.assign(new Error('the disk takes no more bytes'), { code: 'ENOSPC' });
    done += written;
  }
}

/** Makes a file that did not exist and returns when it is on the disk, with its SHA-256. */
export async function writeNewFile(fileSystem: FileSystem, path: string, bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  const file = await fileSystem.open(path, 'create');
  try {
    for (let start = 0; start < bytes.byteLength; start += chunkBytes) {
      const chunk = bytes.subarray(start, start + chunkBytes);
      await writeFully(file, chunk, start);
      hash.update(chunk);
    }
    await file.sync();
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.close();
  return hash.digest('hex');
}

/** Makes a folder unless there is one, and returns when it is on the disk. What stands there may be a link that the user made. */
export async function ensureFolder(fileSystem: FileSystem, path: string): Promise<void> {
  try {
    await fileSystem.createFolder(path);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    throw error;
  }
  await fileSystem.syncFolder(dirname(path));
}

/**
 * The same for a folder inside of a run, which must be one of its own: what is written to or removed from a folder that a
 * symbolic link leads to is somebody else's.
 *
 * @throws Error where anything but a folder has the name.
 */
export async function ensureOwnFolder(fileSystem: FileSystem, path: string): Promise<void> {
  await ensureFolder(fileSystem, path);
  const kind = await fileSystem.kindOf(path);
  if (kind === 'folder') return;
  if (kind === undefined) throw Object.assign(new Error(`${path} went away`), { code: 'ENOENT' });
  throw new Error(
    `${path} is a ${kind === 'link' ? 'symbolic link' : 'file'}; expected a folder of the run's own, for nothing is written ` +
      'through links inside of a run. Move the whole run where its files are to be, or remove the link',
  );
}
