import { open } from 'node:fs/promises';
import { asPuzzleFileError, PuzzleFileError } from './puzzle-file-error';

/**
 * Reads a whole file, but only if it is one and not larger than allowed.
 *
 * @throws PuzzleFileError when it is missing, no plain file, too large, or cannot be read.
 */
export async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const status = await file.stat();
      if (!status.isFile()) throw new PuzzleFileError(path, 'expected a file');
      if (status.size > maxBytes) {
        throw new PuzzleFileError(path, `the file has ${status.size} bytes; expected at most ${maxBytes}`);
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw asPuzzleFileError(path, error);
  }
}
