import { expectOptions } from '../checks/expect-options';
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FileFormatError } from '../file-format-error';

/** Without O_NONBLOCK, opening a pipe without a writer never returns. Windows has no such flag. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Node reads at most 2 GiB in one call. The published checkpoint for ARC-AGI-2 is larger. */
const MOST_AT_ONCE = 2 ** 30;

/** Options of {@link openRegularFile} and the functions that read a file. */
export interface ReadOptions {
  /** A larger file is refused before memory is allocated for it. Default: no limit. */
  readonly maxBytes?: number;
}

/**
 * Opens a regular file to read it. Follows links. The caller closes it.
 *
 * @throws `FileFormatError` for a folder, pipe or device, and for a file that is too large; Error of the file
 *   system.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { openRegularFile } from '@hrm/files/node';
 *
 * await writeFile('puzzles.csv', 'question,answer\n');
 * const file = await openRegularFile('puzzles.csv', { maxBytes: 2 ** 20 });
 * for await (const line of file.readLines()) console.log(line);
 * await file.close();
 * ```
 */
export async function openRegularFile(path: string, options: ReadOptions = {}): Promise<FileHandle> {
  expectOptions('openRegularFile', options, ['maxBytes']);
  return openRegular(path, READ, options);
}

/** Opens a regular file with the given flags, for example to create it. */
export async function openRegular(path: string, flags: number, options: ReadOptions = {}): Promise<FileHandle> {
  const file = await open(path, flags);
  try {
    expectRegular(path, await file.stat(), options);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads a whole file synchronously.
 *
 * @throws as {@link openRegularFile}.
 *
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { readRegularFileSync } from '@hrm/files/node';
 *
 * writeFileSync('config.json', '{ "hiddenSize": 128 }');
 * console.log(JSON.parse(readRegularFileSync('config.json', { maxBytes: 2 ** 20 }).toString('utf8')));
 * ```
 */
export function readRegularFileSync(path: string, options: ReadOptions = {}): Buffer {
  expectOptions('readRegularFileSync', options, ['maxBytes']);
  const file = openSync(path, READ);
  try {
    const stats = fstatSync(file);
    expectRegular(path, stats, options);
    const bytes = Buffer.allocUnsafe(stats.size);
    for (let done = 0; done < bytes.length;) {
      const read = readSync(file, bytes, done, Math.min(MOST_AT_ONCE, bytes.length - done), done);
      if (read === 0) throw cutShort(path, done);
      done += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

function expectRegular(path: string, stats: Stats, { maxBytes = Infinity }: ReadOptions): void {
  if (!stats.isFile()) {
    const error = new FileFormatError({ path, problem: 'it is a folder, pipe or device', expected: 'a file' });
    throw Object.assign(error, { code: 'EISDIR' });
  }
  expectSize(path, stats.size, maxBytes);
}

/** Throws a `FileFormatError` for a file of more than `maxBytes`. */
export function expectSize(path: string, size: number, maxBytes: number): void {
  if (size <= maxBytes) return;
  throw new FileFormatError({ path, problem: `the file is ${size} bytes long`, expected: `at most ${maxBytes}` });
}

/** The error for a file that ends at `offset`, although it was longer when it was opened. */
export function cutShort(path: string, offset: number): FileFormatError {
  const expected = 'a file that no program changes while it is read';
  return new FileFormatError({ path, offset, problem: 'the file ends earlier than its size says', expected });
}
