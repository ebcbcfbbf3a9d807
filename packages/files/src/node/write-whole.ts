import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { describeGiven } from '../checks/describe-given';
import { type FileSystem, nodeFileSystem } from './file-system';

/** Options of {@link writeWhole}. */
export interface WholeWrite {
  /** Writes under the temporary name, and returns when all is on disk. */
  readonly write: (temporary: string) => Promise<void>;
  /** Moves the result to `path`. Default: renames it. */
  readonly place?: (temporary: string) => Promise<void>;
  /** Removes the temporary file or folder after a failure. Default: removes one file. */
  readonly discard?: (temporary: string) => Promise<void>;
  /** The temporary path, on the same disk. Default: {@link temporaryPath}. */
  readonly temporary?: string;
  /** Default: `nodeFileSystem`. */
  readonly fileSystem?: FileSystem;
}

/**
 * A random hidden path in the folder of `path`, which no other process uses.
 *
 * @example
 * ```ts
 * import { temporaryPath } from '@hrm/files/node';
 *
 * console.log(temporaryPath('out/weights.bin')); // out/.weights.bin-5f1d2c9a0b3e
 * ```
 */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}-${randomBytes(6).toString('hex')}`);
}

/**
 * Writes under a temporary name, then renames to `path`. Even after a crash, `path` has all of its old content or all
 * of the new. Returns when the rename is on disk.
 *
 * @throws TypeError where `write` is no function; what `write` and `place` throw, after `discard`.
 *
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { join } from 'node:path';
 * import { writeWhole } from '@hrm/files/node';
 *
 * const path = join(await mkdtemp('out-'), 'report.txt');
 * await writeWhole(path, { write: (temporary) => writeFile(temporary, 'all of it\n', { flush: true }) });
 * ```
 */
export async function writeWhole(path: string, options: WholeWrite): Promise<void> {
  if (typeof options?.write !== 'function') {
    const given = describeGiven(options);
    throw new TypeError(
      `writeWhole was given ${given}; expected an object with a function \`write\`, or use replaceFile`,
    );
  }
  const { fileSystem = nodeFileSystem, temporary = temporaryPath(path), write } = options;
  const { place = (from) => fileSystem.rename(from, path), discard = (from) => fileSystem.removeFile(from) } = options;
  try {
    await write(temporary);
    await place(temporary);
  } catch (error) {
    await discard(temporary).catch(() => undefined);
    throw error;
  }
  await fileSystem.syncFolder(dirname(path));
}
