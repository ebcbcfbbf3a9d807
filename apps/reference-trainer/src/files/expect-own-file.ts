import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../command-line/usage-error';
import { expectNoFile, expectWritable } from './expect-no-file';
import { readRegularFile } from './read-regular-file';

/** Files of one kind that a command writes, and may replace. */
export interface OwnFiles {
  /** The option that names the file. */
  flag: string;
  /** What they are, such as `a drawing of residuals`. */
  kind: string;
  /** Whether the text of a file is one of them. */
  isOwn(text: string): boolean;
}

/**
 * Makes sure, before any work is done, that an output file can be written, and that only a file of the same kind is
 * replaced.
 *
 * @throws UsageError if something else has that name, or the folder is missing or cannot be written.
 */
export async function expectOwnFile(path: string, { flag, kind, isOwn }: OwnFiles): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return expectNoFile(path, flag);
  if (found.isFile() && isOwn(readRegularFile(path, { maxBytes: 2 ** 26 }).toString('utf8'))) {
    return expectWritable(dirname(path), flag);
  }
  throw new UsageError(`${flag}: ${path} exists already and is not ${kind}; choose another name`);
}
