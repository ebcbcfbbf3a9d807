import { FileFormatError } from '@hrm/files';
import { readRegularFileSync, type ReadOptions } from '@hrm/files/node';
import { UsageError } from '../command-line/usage-error';

/** A config or description larger than this is none. */
export const MAX_CONFIG_BYTES = 1 << 20;

/**
 * Reads a whole file that the user has named: a pipe is not waited for.
 *
 * @throws UsageError for a folder, pipe or device, and a file that is too large; Error of the file system.
 */
export function readRegularFile(path: string, options?: ReadOptions): Buffer {
  try {
    return readRegularFileSync(path, options);
  } catch (cause) {
    throw cause instanceof FileFormatError ? new UsageError(cause.message) : cause;
  }
}

/** Reads a config, or another small file that people write, as text. */
export const readConfigText = (path: string): string =>
  readRegularFile(path, { maxBytes: MAX_CONFIG_BYTES }).toString('utf8');
