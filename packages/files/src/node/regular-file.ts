import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { asPuzzleFileError, PuzzleFileError } from './puzzle-file-error';

/** A pipe that nobody writes to would else be waited for without end. Windows knows no such flag. */
const READ_WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file, but only if it is one and not larger than allowed. The caller closes it.
 *
 * @throws PuzzleFileError when it is no plain file or too large; Error of the file system.
 */
export async function openBounded(path: string, maxBytes: number): Promise<FileHandle> {
  const file = await open(path, READ_WITHOUT_WAITING);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new PuzzleFileError(path, 'expected a file, got a folder, pipe or device');
    if (status.size > maxBytes) {
      throw new PuzzleFileError(path, `the file has ${status.size} bytes; expected at most ${maxBytes}`);
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Opens such a file for the time that it is used.
 *
 * @throws PuzzleFileError when it is missing, no plain file, too large, or cannot be read.
 */
export async function withBoundedFile<T>(
  path: string,
  maxBytes: number,
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  try {
    const file = await openBounded(path, maxBytes);
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw asPuzzleFileError(path, error);
  }
}

/** Reads such a file whole. @throws PuzzleFileError */
export const readBounded = (path: string, maxBytes: number): Promise<Buffer> =>
  withBoundedFile(path, maxBytes, (file) => file.readFile());
