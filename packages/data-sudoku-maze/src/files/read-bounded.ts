import { type FileHandle, open } from 'node:fs/promises';
import { asPuzzleFileError, PuzzleFileError } from './puzzle-file-error';

/**
 * Opens a file for the time that it is used, but only if it is one and not larger than allowed.
 *
 * @throws PuzzleFileError when it is missing, no plain file, too large, or cannot be read.
 */
export async function withBoundedFile<T>(
  path: string,
  maxBytes: number,
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  try {
    const file = await open(path, 'r');
    try {
      const status = await file.stat();
      if (!status.isFile()) throw new PuzzleFileError(path, 'expected a file');
      if (status.size > maxBytes) {
        throw new PuzzleFileError(path, `the file has ${status.size} bytes; expected at most ${maxBytes}`);
      }
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
