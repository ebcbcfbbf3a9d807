import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
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

/** Removes a folder with all in it, or a file; what is gone already is well. */
export async function removeTree(fileSystem: FileSystem, path: string, kind: 'folder' | 'file' | 'other' = 'folder') {
  try {
    if (kind !== 'folder') return await fileSystem.removeFile(path);
    for (const entry of await fileSystem.list(path)) await removeTree(fileSystem, join(path, entry.name), entry.kind);
    await fileSystem.removeFolder(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** Makes a folder unless there is one, and returns when it is on the disk. */
export async function ensureFolder(fileSystem: FileSystem, path: string): Promise<void> {
  try {
    await fileSystem.createFolder(path);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    throw error;
  }
  await fileSystem.syncFolder(dirname(path));
}
