import { expectOptions } from '../checks/expect-options';
import { createHash } from 'node:crypto';
import { FileFormatError } from '../file-format-error';
import { errorCode, type FileSystem, openFile, type OpenFile } from './file-system';
import { cutShort, expectSize, openRegularFile, type ReadOptions } from './regular-file';

const chunkBytes = 4 * 2 ** 20;

/** Runs `read` on an open file. Turns every failure into an error that names the file, see {@link unreadable}. */
async function withFile<T>(
  fileSystem: Pick<FileSystem, 'open'>,
  path: string,
  read: (file: OpenFile) => Promise<T>,
): Promise<T> {
  try {
    const file = await fileSystem.open(path, 'read');
    try {
      return await read(file);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof FileFormatError) throw cause;
    throw unreadable(path, cause);
  }
}

/** The codes of a path that does not lead to a file. They do not go away by trying again. */
const notAFile = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP'];

/**
 * The error for a file or folder that could not be read.
 *
 * A `FileFormatError` if the path does not lead to one, so a reader may try another file. For any other `cause`
 * (EIO, EACCES, EMFILE, out of memory) an Error with the same `code`: the file may still be undamaged.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { unreadable } from '@hrm/files/node';
 *
 * const path = 'no-such-file';
 * await readFile(path).catch((cause) => console.log(unreadable(path, cause).name)); // FileFormatError
 * ```
 */
export function unreadable(path: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = errorCode(cause);
  if (code !== undefined && notAFile.includes(code)) {
    return new FileFormatError({ path, problem: `it cannot be read (${reason})`, expected: 'a readable file', cause });
  }
  const message = `${path}: it cannot be read now (${reason}), but it may be undamaged: fix the cause and try again`;
  return Object.assign(new Error(message, { cause }), { code });
}

/**
 * Reads a whole file of at most `limit` bytes. Refuses a larger one before it allocates memory, and refuses links.
 *
 * @throws as {@link readRegularFile}.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { nodeFileSystem, readWholeFile } from '@hrm/files/node';
 *
 * await writeFile('labels.npy', Uint8Array.of(1, 2, 3));
 * console.log((await readWholeFile(nodeFileSystem, 'labels.npy', 2 ** 20)).length); // 3
 * ```
 */
export async function readWholeFile(
  fileSystem: Pick<FileSystem, 'open'>,
  path: string,
  limit: number,
): Promise<Uint8Array> {
  return withFile(fileSystem, path, async (file) => {
    const size = await file.size();
    expectSize(path, size, limit);
    const bytes = new Uint8Array(size);
    // In parts, because Node aborts when it is asked for 2 GiB at once.
    for (let done = 0; done < size;) {
      done += await readSome(file, path, bytes.subarray(done, done + chunkBytes), done);
    }
    return bytes;
  });
}

/**
 * Reads a whole file. Follows links, unlike {@link readWholeFile}.
 *
 * @throws `FileFormatError` where the file is missing, not a regular file or too large; Error with the `code` of
 *   the file system where it cannot be read now but may be undamaged.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { readRegularFile } from '@hrm/files/node';
 *
 * await writeFile('labels.npy', Uint8Array.of(1, 2, 3));
 * console.log((await readRegularFile('labels.npy', { maxBytes: 2 ** 20 })).length); // 3
 * ```
 */
export async function readRegularFile(path: string, options: ReadOptions = {}): Promise<Uint8Array> {
  expectOptions('readRegularFile', options, ['maxBytes']);
  const { maxBytes = Infinity } = options;
  return readWholeFile({ open: async () => openFile(await openRegularFile(path)) }, path, maxBytes);
}

/** The expected length and SHA-256 (in hexadecimal) of a file. */
export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Checks a file's length and SHA-256. Returns its bytes if `keep` is true. Else it needs only 4 MiB of memory.
 *
 * @throws `FileFormatError` where they differ, and as {@link readWholeFile}.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { join } from 'node:path';
 * import { nodeFileSystem, verifyFile, writeNewFile } from '@hrm/files/node';
 *
 * const path = join(await mkdtemp('out-'), 'weights.bin');
 * const sha256 = await writeNewFile(nodeFileSystem, path, Uint8Array.of(1, 2, 3));
 * console.log(await verifyFile(nodeFileSystem, path, { bytes: 3, sha256 }, true)); // Uint8Array(3) [ 1, 2, 3 ]
 * ```
 */
export async function verifyFile(
  fileSystem: FileSystem,
  path: string,
  facts: FileFacts,
  keep: boolean,
): Promise<Uint8Array | undefined> {
  return withFile(fileSystem, path, async (file) => {
    const size = await file.size();
    if (size !== facts.bytes) {
      throw new FileFormatError({
        path,
        problem: `the file is ${size} bytes long`,
        expected: `${facts.bytes}, as its manifest says`,
      });
    }
    const hash = createHash('sha256');
    const bytes = new Uint8Array(keep ? size : Math.min(size, chunkBytes));
    for (let done = 0; done < size;) {
      const buffer = keep ? bytes.subarray(done, done + chunkBytes) : bytes.subarray(0, size - done);
      const read = await readSome(file, path, buffer, done);
      hash.update(buffer.subarray(0, read));
      done += read;
    }
    const sha256 = hash.digest('hex');
    if (sha256 !== facts.sha256) {
      throw new FileFormatError({
        path,
        problem: `the content is damaged: its SHA-256 is ${sha256}`,
        expected: `${facts.sha256}, as its manifest says`,
      });
    }
    return keep ? bytes : undefined;
  });
}

async function readSome(file: OpenFile, path: string, buffer: Uint8Array, position: number): Promise<number> {
  const read = await file.read(buffer, position);
  if (read > 0) return read;
  throw cutShort(path, position);
}
