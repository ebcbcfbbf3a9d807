import { FileFormatError } from '@hrm/files';
import { parseJson } from '@hrm/files/internal';
import { readRegularFileSync, type ReadOptions } from '@hrm/files/node';
import { UsageError } from '../command-line/usage-error';
import { decodeText } from './decode-text';

/** The largest config or description, in bytes. */
const MAX_CONFIG_BYTES = 1 << 20;

/**
 * Reads a whole file that the user named.
 *
 * @throws UsageError for a folder, pipe or device, and for a file that is too large; Error of the file system.
 */
export function readRegularFile(path: string, options?: ReadOptions): Buffer {
  try {
    return readRegularFileSync(path, options);
  } catch (cause) {
    throw cause instanceof FileFormatError ? new UsageError(cause.message) : cause;
  }
}

/**
 * Reads a config or another small JSON file.
 *
 * @param options `name`: its name in errors, default its path; `reviver`: see `JSON.parse`.
 * @throws UsageError if it is not JSON, and as {@link readRegularFile}.
 */
export function readConfigJson(
  path: string,
  { name = path, reviver }: { name?: string; reviver?: (key: string, value: unknown) => unknown } = {},
): unknown {
  const text = decodeText(readRegularFile(path, { maxBytes: MAX_CONFIG_BYTES }));
  try {
    return parseJson(text, reviver);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${name} is not JSON: ${(error as Error).message}`);
  }
}
