import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { UsageError } from '../command-line/usage-error';

/** A pipe that nobody writes to would else be waited for without end. Windows knows no such flag. */
const READ_WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Node reads no more than 2 GiB at once, and the published checkpoint for ARC-AGI-2 is larger. */
const MOST_AT_ONCE = 2 ** 30;

/** A config or description larger than this is none. */
export const MAX_CONFIG_BYTES = 1 << 20;

/**
 * Reads a whole file of at most `maxBytes`, and nothing that is no file: a pipe is not waited for.
 *
 * @throws UsageError for a folder, pipe or device, and a file that is too large; Error of the file system.
 */
export function readRegularFile(path: string, { maxBytes = Infinity } = {}): Buffer {
  const file = openSync(path, READ_WITHOUT_WAITING);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new UsageError(`${path}: expected a file, got a folder, pipe or device`);
    const { size } = status;
    if (size > maxBytes) throw new UsageError(`${path} has ${size} bytes, too large: expected at most ${maxBytes}`);
    const bytes = Buffer.allocUnsafe(size);
    for (let done = 0; done < size;) {
      const read = readSync(file, bytes, done, Math.min(MOST_AT_ONCE, size - done), done);
      if (read === 0) throw new UsageError(`${path} became shorter while it was read`);
      done += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Reads a config, or another small file that people write, as text. */
export const readConfigText = (path: string): string =>
  readRegularFile(path, { maxBytes: MAX_CONFIG_BYTES }).toString('utf8');
