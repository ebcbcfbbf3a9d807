import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileSha256 } from './file-sha256';
import type { Installation } from './native-installation';
import { isNotThere, requireTrustedEntry, statsOf } from './trusted-path';

/** The file that is written last into an installation. It shows that the installation is complete and was checked. */
export const MANIFEST = 'complete.json';

/** The facts of a file when it was set up. */
export interface FileRecord {
  bytes: number;
  /** When it was last changed, in whole seconds, because archives keep no fractions. */
  modified: number;
  sha256: string;
}

/** The manifest's contents: the installation, and a record of each file of it. */
export type Manifest<I extends Installation = Installation> = Omit<I, 'folder'> & {
  key: string;
  files: Record<string, FileRecord>;
};

/** 'quick': sizes and times, and the SHA-256 only where a time differs. 'full': the SHA-256 of every file. */
export type Thoroughness = 'quick' | 'full';

/** Records every file of a finished installation, makes them writable only by this user, and writes the manifest. */
export function writeManifest<I extends Installation>(
  folder: string,
  installation: Omit<I, 'folder' | 'bytes'> & { key: string },
): void {
  const files: Manifest['files'] = {};
  let bytes = 0;
  for (const path of entriesBelow(folder)) {
    const whole = join(folder, path);
    const stats = lstatSync(whole);
    chmodSync(whole, stats.mode & 0o755);
    if (stats.isDirectory()) continue;
    files[path] = { bytes: stats.size, modified: seconds(stats.mtimeMs), sha256: fileSha256(whole) };
    bytes += stats.size;
  }
  writeFileSync(join(folder, MANIFEST), JSON.stringify({ ...installation, bytes, files }, null, 1), { mode: 0o644 });
}

/** The files and folders below a folder, each folder before its contents. Without the manifest and `owner.json`. */
function entriesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path !== MANIFEST && path !== 'owner.json')
    .sort();
}

/** The manifest of an installation; a message if it is damaged; undefined if there is none. */
export function readManifest<I extends Installation>(folder: string): Manifest<I> | string | undefined {
  let text: string;
  try {
    const path = join(folder, MANIFEST);
    requireTrustedEntry(path, lstatSync(path));
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isNotThere(error)) return undefined;
    throw error;
  }
  try {
    const manifest = JSON.parse(text) as Manifest<I>;
    const records = Object.values(manifest.files);
    const isRecord = ({ bytes, modified, sha256 }: FileRecord) =>
      Number.isInteger(bytes) && Number.isInteger(modified) && /^[0-9a-f]{64}$/.test(sha256);
    const isInside = (path: string) => !path.startsWith('/') && !path.split('/').includes('..');
    if (typeof manifest.key === 'string' && records.every(isRecord) && Object.keys(manifest.files).every(isInside)) {
      return manifest;
    }
  } catch {
    // Reported below.
  }
  return `${MANIFEST} is not what the set-up wrote`;
}

/**
 * Describes the first file that is missing or has changed; undefined if there is none. If only the time of a file
 * differs (a copied cache), a full check restores the time, so that later checks are quick.
 *
 * @throws NativeSetupError with reason 'cache-unsafe' where another user can write a file or folder.
 */
export function findDamage(folder: string, files: Manifest['files'], thoroughness: Thoroughness): string | undefined {
  for (const parent of new Set(Object.keys(files).flatMap(parentsOf))) {
    const stats = statsOf(join(folder, parent));
    if (!stats) return `${parent} is missing`;
    requireTrustedEntry(join(folder, parent), stats);
  }
  for (const [path, { bytes, modified, sha256 }] of Object.entries(files)) {
    const whole = join(folder, path);
    const stats = statsOf(whole);
    if (!stats) return `${path} is missing`;
    requireTrustedEntry(whole, stats);
    if (!stats.isFile()) return `${path} is not a file`;
    if (stats.size !== bytes) return `${path} has ${stats.size} bytes, expected ${bytes}`;
    const isTouched = seconds(stats.mtimeMs) !== modified;
    if (!isTouched && thoroughness === 'quick') continue;
    try {
      if (fileSha256(whole) !== sha256) return `${path} has changed: its SHA-256 differs`;
    } catch (error) {
      return `${path} cannot be read: ${(error as Error).message}`;
    }
    if (isTouched && thoroughness === 'full') restoreTime(whole, modified);
  }
  return undefined;
}

const parentsOf = (path: string): string[] => {
  const parent = dirname(path);
  return parent === '.' ? [] : [...parentsOf(parent), parent];
};

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);

function restoreTime(path: string, modified: number): void {
  try {
    utimesSync(path, statSync(path).atime, modified);
  } catch {
    // The file belongs to another user, such as root. Then each check reads it again.
  }
}
