import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileSha256 } from './file-sha256';
import type { NativeInstallation } from './native-installation';
import { isNotThere, requireTrustedEntry, statsOf } from './trusted-path';

/** The file written last into an installation: its presence means that everything else is there and was checked. */
export const MANIFEST = 'complete.json';

/** What a file was like when it was set up. */
export interface FileRecord {
  bytes: number;
  /** When it was last changed, in whole seconds: archives keep no more. */
  modified: number;
  sha256: string;
}

/** The manifest's contents: the installation, and a record of each file of it. */
export interface NativeManifest extends Omit<NativeInstallation, 'folder'> {
  key: string;
  files: Record<string, FileRecord>;
}

/** 'quick': sizes and times, and the SHA-256 only where a time is another. 'full': the SHA-256 of every file. */
export type Thoroughness = 'quick' | 'full';

/** Records every file of a finished installation, takes from others the right to write there, and writes the manifest. */
export function writeManifest(folder: string, installation: Omit<NativeManifest, 'files' | 'bytes'>): void {
  const files: NativeManifest['files'] = {};
  let bytes = 0;
  for (const path of entriesBelow(folder)) {
    const whole = join(folder, path);
    const stats = lstatSync(whole);
    chmodSync(whole, stats.mode & 0o755);
    if (stats.isDirectory()) continue;
    files[path] = { bytes: stats.size, modified: seconds(stats.mtimeMs), sha256: fileSha256(whole) };
    bytes += stats.size;
  }
  const manifest: NativeManifest = { ...installation, bytes, files };
  writeFileSync(join(folder, MANIFEST), JSON.stringify(manifest, null, 1), { mode: 0o644 });
}

/** Files and folders below a folder, each folder before what is in it; neither the manifest nor the owner of a staging folder. */
function entriesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path !== MANIFEST && path !== 'owner.json')
    .sort();
}

/** The manifest of an installation; a text where it cannot be understood; undefined where there is none. */
export function readManifest(folder: string): NativeManifest | string | undefined {
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
    const manifest = JSON.parse(text) as NativeManifest;
    const records = Object.values(manifest.files);
    const isRecord = ({ bytes, modified, sha256 }: FileRecord) =>
      Number.isInteger(bytes) && Number.isInteger(modified) && /^[0-9a-f]{64}$/.test(sha256);
    const isInside = (path: string) => !path.startsWith('/') && !path.split('/').includes('..');
    if (typeof manifest.key === 'string' && records.every(isRecord) && Object.keys(manifest.files).every(isInside)) {
      return manifest;
    }
  } catch {
    // Said below.
  }
  return `${MANIFEST} is not what the set-up wrote`;
}

/**
 * Says which file is missing or is not what was set up; undefined where all are. Where a full look finds a file whole of which
 * only the time is another (a copied cache), it is given its time back, so that later looks are quick.
 *
 * @throws NativeSetupError with reason 'cache-unsafe' as soon as a file or folder could have been written by others
 */
export function findDamage(
  folder: string,
  files: NativeManifest['files'],
  thoroughness: Thoroughness,
): string | undefined {
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
    if (!stats.isFile()) return `${path} is no file`;
    if (stats.size !== bytes) return `${path} has ${stats.size} bytes, expected ${bytes}`;
    const isTouched = seconds(stats.mtimeMs) !== modified;
    if (!isTouched && thoroughness === 'quick') continue;
    try {
      if (fileSha256(whole) !== sha256) return `${path} has another SHA-256 than when it was set up`;
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
    // Somebody else's, root's say: then each look takes its time.
  }
}
