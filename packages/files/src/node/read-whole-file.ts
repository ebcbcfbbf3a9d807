import { createHash } from 'node:crypto';
import { FileFormatError } from '../file-format-error';
import { errorCode, type FileSystem, openFile, type OpenFile } from './file-system';
import { cutShort, expectSize, openRegularFile, type ReadOptions } from './regular-file';

const chunkBytes = 4 * 2 ** 20;

/** Runs `read` on an open file; whatever fails becomes an error that names the file, see {@link unreadable}. */
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

/** What the system says where a file is not there, or something else is: facts of the file, as damage is. */
const factsOfTheFile = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP'];

/**
 * The error of a file or folder that could not be read: a FileFormatError where it is missing or something else, for another
 * may do in its place; else (EIO, EACCES, EMFILE, out of memory) an Error with the same `code`, for it may well be whole.
 */
export function unreadable(path: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = errorCode(cause);
  if (code !== undefined && factsOfTheFile.includes(code)) {
    return new FileFormatError({ path, problem: `it cannot be read (${reason})`, expected: 'a readable file', cause });
  }
  const message = `${path}: it cannot be read now (${reason}); that is no damage of the file: mend it and try again`;
  return Object.assign(new Error(message, { cause }), { code });
}

/** Reads a whole file of at most `limit` bytes; a larger one is refused before memory is spent on it. */
export async function readWholeFile(
  fileSystem: Pick<FileSystem, 'open'>,
  path: string,
  limit: number,
): Promise<Uint8Array> {
  return withFile(fileSystem, path, async (file) => {
    const size = await file.size();
    expectSize(path, size, limit);
    const bytes = new Uint8Array(size);
    for (let done = 0; done < size;) done += await readSome(file, path, bytes.subarray(done), done);
    return bytes;
  });
}

/**
 * Reads a whole file. Links are followed, unlike by {@link readWholeFile}.
 *
 * @throws {@link FileFormatError} where it is missing, no file, or too large; Error, with the `code` of the file system, where it
 *   cannot be read now, for it may well be whole.
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
export async function readRegularFile(path: string, { maxBytes = Infinity }: ReadOptions = {}): Promise<Uint8Array> {
  return readWholeFile({ open: async () => openFile(await openRegularFile(path)) }, path, maxBytes);
}

/** What a file must be, byte for byte. */
export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
}

/** Checks a file's length and SHA-256; returns its bytes if asked to keep them, else takes 4 MiB of memory. */
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
      const room = keep ? bytes.subarray(done, done + chunkBytes) : bytes.subarray(0, size - done);
      const read = await readSome(file, path, room, done);
      hash.update(room.subarray(0, read));
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

async function readSome(file: OpenFile, path: string, room: Uint8Array, position: number): Promise<number> {
  const read = await file.read(room, position);
  if (read > 0) return read;
  throw cutShort(path, position);
}
