import { access, constants, lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../command-line/usage-error';

/**
 * Makes sure, before any work is done, that an output file does not exist yet and that its folder does.
 *
 * @param flag the option that names it.
 * @throws UsageError if anything has that name, even a broken link, or if the folder is missing or cannot be written.
 */
export async function expectNoFile(out: string, flag = '--out'): Promise<void> {
  const found = await lstat(out).catch(() => undefined);
  if (found) throw new UsageError(`${flag}: ${out} exists already; choose another name`);
  const folder = await stat(dirname(out)).catch(() => undefined);
  if (!folder?.isDirectory()) throw new UsageError(`${flag}: there is no folder ${dirname(out)}`);
  await expectWritable(dirname(out), flag);
}

/** Makes sure, before any work is done, that files can be made in a folder. @throws UsageError if not. */
export async function expectWritable(folder: string, flag: string): Promise<void> {
  const isWritable = await access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable) throw new UsageError(`${flag}: the folder ${folder} cannot be written; choose another one`);
}
