import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { type FileSystem, nodeFileSystem } from './file-system';

/** What {@link writeWhole} is to do. */
export interface WholeWrite {
  /** Writes under the temporary name, and returns when all is on the disk. */
  readonly write: (temporary: string) => Promise<void>;
  /** Gives what is written its name. Default: renames it. */
  readonly place?: (temporary: string) => Promise<void>;
  /** Removes what was written under the temporary name, where that failed. Default: removes one file. */
  readonly discard?: (temporary: string) => Promise<void>;
  /** The temporary name, on the same disk. Default: a hidden one in the same folder, see {@link temporaryPath}. */
  readonly temporary?: string;
  /** Default: the machine's. */
  readonly fileSystem?: FileSystem;
}

/** A hidden name in the folder of `path` that no other process uses. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}-${randomBytes(6).toString('hex')}`);
}

/**
 * Has something written under a temporary name, then gives it the name `path`: whatever happens meanwhile, what stands at `path`
 * is the old or all of the new. Returns when the name is on the disk.
 *
 * @throws what `write` and `place` throw, after `discard`.
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
