import { mkdirSync } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { replaceFile } from '@hrm/files/node';
import { z } from 'zod';
import { expectWritable, finishBeforeStopping, readRegularFile, UsageError } from '@hrm/cli/internal';

/** The part that the JSON of every benchmark has. */
const ownResult = z.looseObject({ machine: z.looseObject({ processor: z.string() }) });

const isThere = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

function isOwnResult(path: string): boolean {
  try {
    return ownResult.safeParse(JSON.parse(readRegularFile(path, { maxBytes: 2 ** 26 }).toString('utf8'))).success;
  } catch {
    return false;
  }
}

/**
 * Makes sure, before a long measurement, that a folder exists or can be made: it and the folders around it are not
 * files, and the innermost one that exists can be written.
 *
 * @throws UsageError that names the file in the way, or the folder.
 */
export async function expectResultsFolder(out: string): Promise<void> {
  let path = resolve(out);
  while (!(await isThere(path)) && dirname(path) !== path) path = dirname(path);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return expectWritable(path, '--out');
  const name = path === resolve(out) ? out : path;
  throw new UsageError(`--out: ${name} is ${found ? 'a file' : 'a broken link'}, expected a folder for the results`);
}

/**
 * Makes sure, before a long measurement, that the results can be written: their names are free, or taken by the results
 * of an earlier call.
 *
 * @param names of the files; the first one is the JSON, which identifies earlier results
 * @throws UsageError that names the files in the way.
 */
export async function expectResultsPlace(out: string, names: readonly [string, ...string[]]): Promise<void> {
  await expectResultsFolder(out);
  const taken: string[] = [];
  for (const name of names) if (await isThere(join(out, name))) taken.push(name);
  if (taken.length === 0 || isOwnResult(join(out, names[0]))) return;
  throw new UsageError(
    `--out: ${taken.join(', ')} in ${out} would be overwritten, and is not known to be written by \`hrm-lab bench\`; ` +
      'choose another folder',
  );
}

/** Writes results, whole or not at all. */
export async function writeResults(out: string, files: { [name: string]: string }): Promise<void> {
  mkdirSync(out, { recursive: true });
  await finishBeforeStopping(async () => {
    for (const [name, text] of Object.entries(files))
      await replaceFile(join(out, name), new TextEncoder().encode(text));
  });
}
