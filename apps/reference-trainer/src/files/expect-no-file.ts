import { lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../command-line/usage-error';

/**
 * Makes sure that an output would be the only one of its name, before any work is done.
 *
 * @param flag the option that named it.
 * @throws UsageError where something is there, be it a link to nowhere, or the folder for it is not.
 */
export async function expectNoFile(out: string, flag = '--out'): Promise<void> {
  const found = await lstat(out).catch(() => undefined);
  if (found) throw new UsageError(`${flag}: ${out} is there already; choose another name`);
  const folder = await stat(dirname(out)).catch(() => undefined);
  if (!folder?.isDirectory()) throw new UsageError(`${flag}: there is no folder ${dirname(out)}`);
}
