import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { NativeSetupError } from './native-setup-error';

const WRITABLE_BY_OTHERS = 0o022;
const WRITABLE_BY_ALL = 0o002;
const STICKY = 0o1000;

/** The file status of a path; undefined if nothing is there or this user may not see it. */
export function statsOf(path: string, read: (path: string) => Stats = lstatSync): Stats | undefined {
  try {
    return read(path);
  } catch (error) {
    if (isNotThere(error)) return undefined;
    throw error;
  }
}

/** Whether an error means that this user finds no file at a path. */
export const isNotThere = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '');

/**
 * Refuses a file or folder that a user other than this one and root could have created or changed, because its contents
 * will run. Accepts a missing path, and everything on systems without such users.
 *
 * @throws NativeSetupError with reason 'cache-unsafe' that says how to fix it.
 */
export function requireTrusted(path: string): void {
  const itself = statsOf(path);
  if (!itself) return;
  requireOwner(path, itself);
  const target = itself.isSymbolicLink() ? statsOf(path, statSync) : itself;
  if (!target) return;
  requireOwner(path, target);
  if ((target.mode & WRITABLE_BY_OTHERS) !== 0) throw writable(path, target);
}

/**
 * Refuses a path if another user can rename or remove it through a parent folder. Accepts sticky ones such as `/tmp`.
 */
export function requireTrustedParents(path: string): void {
  if (!process.geteuid || !statsOf(path, statSync)) return;
  for (let folder = dirname(realpathSync(path)); ; folder = dirname(folder)) {
    const stats = statSync(folder);
    // In a sticky folder others can add entries, but not rename or remove ours.
    if ((stats.mode & WRITABLE_BY_ALL) !== 0 && (stats.mode & STICKY) === 0) throw writable(folder, stats, 'chmod o-w');
    if (folder === dirname(folder)) return;
  }
}

/**
 * As {@link requireTrusted}, for entries of an installation. Also refuses everything except plain files and folders.
 */
export function requireTrustedEntry(path: string, stats: Stats): void {
  if (!stats.isFile() && !stats.isDirectory()) {
    throw new NativeSetupError(
      'cache-unsafe',
      `${path} is a link or a device, expected a file or folder: delete the folder above it, and run the set-up again.`,
    );
  }
  requireOwner(path, stats);
  if (process.geteuid && (stats.mode & WRITABLE_BY_OTHERS) !== 0) throw writable(path, stats);
}

function requireOwner(path: string, { uid }: Stats): void {
  const user = process.geteuid?.();
  if (user === undefined || uid === user || uid === 0) return;
  throw new NativeSetupError(
    'cache-unsafe',
    `${path} belongs to another user (${uid}), and its contents would run as you (${user}). Set HRM_CACHE to a folder of your own, for example in your home.`,
  );
}

function writable(path: string, { mode }: Stats, mend = 'chmod -R go-w'): NativeSetupError {
  return new NativeSetupError(
    'cache-unsafe',
    `${path} can be written by other users (mode ${(mode & 0o7777).toString(8)}), and what they put there would run as you. If you trust its contents: ${mend} '${path}'. Else set HRM_CACHE to a folder that only you can write.`,
  );
}
