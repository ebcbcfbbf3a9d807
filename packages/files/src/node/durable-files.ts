import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { expectBytes } from './expect-bytes';
import { errorCode, type FileSystem, type OpenFile } from './file-system';

/** Bytes that one call writes. Other work of the program can run between two calls. */
const chunkBytes = 4 * 2 ** 20;

/**
 * Writes all of `bytes` at the position `start`, in as many calls as the disk needs.
 *
 * @throws TypeError where `bytes` is no Uint8Array; Error with `code` ENOSPC where the disk takes no more; Error of the
 *   file system.
 *
 * @example
 * ```ts
 * import { nodeFileSystem, temporaryPath, writeFully } from '@hrm/files/node';
 *
 * const file = await nodeFileSystem.open(temporaryPath('weights.bin'), 'create');
 * await writeFully(file, Uint8Array.of(1, 2, 3), 0);
 * await file.sync();
 * await file.close();
 * ```
 */
export async function writeFully(file: OpenFile, bytes: Uint8Array, start: number): Promise<void> {
  expectBytes('writeFully', bytes);
  for (let done = 0; done < bytes.byteLength;) {
    const written = await file.write(bytes.subarray(done, done + chunkBytes), start + done);
    if (written <= 0) throw Object.assign(new Error('the disk takes no more bytes'), { code: 'ENOSPC' });
    done += written;
  }
}

/**
 * Writes a new file and returns its SHA-256 in hexadecimal. Returns when the content is on disk, but not yet its name:
 * call `fileSystem.syncFolder` after the last file of a folder. {@link createFile} does all of it.
 *
 * @param bytes the content, whole or as an iterable of parts, such as a generator.
 * @throws TypeError where `bytes` or a part is no Uint8Array; Error with `code` EEXIST where the name is taken; Error of the file
 *   system. Then half a file may be left.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { join } from 'node:path';
 * import { nodeFileSystem, writeNewFile } from '@hrm/files/node';
 *
 * const folder = await mkdtemp('out-');
 * console.log(await writeNewFile(nodeFileSystem, join(folder, 'weights.bin'), Uint8Array.of(1, 2, 3))); // 039058c6...
 * await nodeFileSystem.syncFolder(folder);
 * ```
 */
export async function writeNewFile(
  fileSystem: FileSystem,
  path: string,
  bytes: Uint8Array | Iterable<Uint8Array>,
): Promise<string> {
  const parts = isInParts(bytes) ? bytes : [bytes];
  if (Array.isArray(parts)) expectBytes('writeNewFile', bytes);
  const hash = createHash('sha256');
  const file = await fileSystem.open(path, 'create');
  try {
    let written = 0;
    for (const part of parts) {
      expectBytes('writeNewFile', part);
      for (let start = 0; start < part.byteLength; start += chunkBytes) {
        const chunk = part.subarray(start, start + chunkBytes);
        await writeFully(file, chunk, written);
        hash.update(chunk);
        written += chunk.byteLength;
      }
    }
    await file.sync();
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.close();
  return hash.digest('hex');
}

/** Whether a content is given in parts. An array is a mistake: of numbers, or all parts in memory. */
function isInParts(bytes: Uint8Array | Iterable<Uint8Array>): bytes is Iterable<Uint8Array> {
  const isObject = typeof bytes === 'object' && bytes !== null;
  return isObject && Symbol.iterator in bytes && !ArrayBuffer.isView(bytes) && !Array.isArray(bytes);
}

/**
 * Creates a folder if its name is free. Returns when it is on disk. Its parent must exist. Accepts anything that
 * already has the name, such as a link that the user made.
 *
 * @throws Error of the file system.
 *
 * @example
 * ```ts
 * import { ensureFolder, nodeFileSystem } from '@hrm/files/node';
 *
 * await ensureFolder(nodeFileSystem, 'runs');
 * await ensureFolder(nodeFileSystem, 'runs'); // changes nothing
 * ```
 */
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
 * Creates a folder inside a run if its name is free. Unlike {@link ensureFolder} it refuses a symbolic link, because
 * the folder that a link leads to may belong to someone else.
 *
 * @throws Error where something other than a folder has the name; Error of the file system.
 *
 * @example
 * ```ts
 * import { ensureOwnFolder, nodeFileSystem } from '@hrm/files/node';
 *
 * await ensureOwnFolder(nodeFileSystem, 'checkpoints');
 * ```
 */
export async function ensureOwnFolder(fileSystem: FileSystem, path: string): Promise<void> {
  await ensureFolder(fileSystem, path);
  const kind = await fileSystem.kindOf(path);
  if (kind === 'folder') return;
  if (kind === undefined) throw Object.assign(new Error(`${path} was removed by another program`), { code: 'ENOENT' });
  throw new Error(
    `${path} is a ${kind === 'link' ? 'symbolic link' : 'file'}; expected a folder: nothing inside a run is written ` +
      'through links. Move the whole run to where its files should be, or remove the link',
  );
}
