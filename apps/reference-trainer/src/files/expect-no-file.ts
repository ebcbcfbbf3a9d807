import { lstat } from 'node:fs/promises';
import { UsageError } from '../terminal/usage-error';

/** Makes sure that an output would be the only one of its name, before any work is done. @throws UsageError */
export async function expectNoFile(out: string): Promise<void> {
  const found = await lstat(out).catch(() => undefined);
  if (found) throw new UsageError(`--out: ${out} is there already; choose another name`);
}
