import { accessSync, constants, existsSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspectInstallation, installationsFolder, requireTrustedFolders } from '../native-cache';
import type { Installation } from '../native-installation';
import { MANIFEST, writeManifest, type Thoroughness } from '../native-manifest';
import { ANOTHER_CACHE, NativeSetupError } from '../native-setup-error';
import type { CommandOptions, Environment } from '../run-command';
import { createStagingFolder, isBeingBuilt, keepAlive, publish, removeFolder, removeLeftovers } from './staging-folder';

/** The stages of a set-up, in order. */
export type NativeSetupStage = 'look' | 'wait' | 'packages' | 'download' | 'unpack' | 'compile' | 'check' | 'done';

/** The progress of a set-up. */
export interface NativeSetupProgress {
  stage: NativeSetupStage;
  /** One line for users. */
  detail: string;
  /** Bytes downloaded so far. Only in the stage 'download'. */
  bytes?: number;
  /** The approximate size of the download in bytes. */
  totalBytes?: number;
  /** Seconds since the set-up started. */
  seconds: number;
}

/** Options of every set-up. */
export interface SetupOptions {
  /**
   * The cache folder. Default: `$HRM_CACHE`, else `~/.cache/hrm` (`$XDG_CACHE_HOME/hrm`), on macOS
   * `~/Library/Caches/hrm`.
   */
  cache?: string;
  /** Called at the start of each stage, and twice a second during a download. */
  onProgress?: (progress: NativeSetupProgress) => void;
  /** Stops the set-up, which then removes its files. */
  signal?: AbortSignal;
  /** The environment of the programs that the set-up runs. Default `process.env`. */
  env?: Environment;
}

/** Names of {@link SetupOptions}. */
export const SETUP_OPTIONS = ['cache', 'onProgress', 'signal', 'env'] as const;

/** Reports a stage, with one line for users. */
export type ReportStage = (stage: NativeSetupStage, detail: string, more?: Partial<NativeSetupProgress>) => void;

/** How to make an installation of one kind. */
export interface InstallationPlan<I extends Installation> {
  /** Its name within a sentence, such as `native TensorFlow`. */
  what: string;
  /** Its folder's name in the cache, and the free disk that the set-up needs. */
  target: { key: string; diskBytes: number };
  /** Its name and version, at the start of a sentence. */
  describe: (installation: I) => string;
  /** Fills the folder, checks that it works, and returns the facts for the manifest. */
  build(staging: string, command: CommandOptions, report: ReportStage): Promise<Omit<I, keyof Installation>>;
}

/**
 * Returns the installation in the cache if all its files have their SHA-256. Otherwise builds it in a temporary folder
 * and renames that when it is complete and checked. Waits for another process that builds the same.
 *
 * @throws NativeSetupError
 */
export async function installInCache<I extends Installation>(
  options: SetupOptions,
  plan: InstallationPlan<I>,
): Promise<I> {
  const { env = process.env, signal, cache } = options;
  const { what, target, describe } = plan;
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const report: ReportStage = (stage, detail, more = {}) =>
    options.onProgress?.({ stage, detail, seconds: seconds(), ...more });

  report('look', `Looking for ${what}`);
  const installations = installationsFolder(cache, env);
  const lookAgain = (thoroughness: Thoroughness) => inspectInstallation<I>(target, installations, thoroughness);
  const installed = lookAgain('full');
  if (installed.state === 'whole') {
    const { installation } = installed;
    report('done', `${describe(installation)} is set up at ${installation.folder}`);
    return installation;
  }
  if (installed.state === 'damaged') {
    report('look', `The installation of ${what} is damaged (${installed.problem}): setting it up again`);
    // First of all, so that no program loads the damaged one, even if the set-up fails.
    rmSync(join(installations, target.key, MANIFEST), { force: true });
  }

  prepareCache(installations, what, target.diskBytes);
  while (isBeingBuilt(installations, target.key)) {
    report('wait', `Another process is setting up ${what}: waiting for it`);
    await abortable(sleep(1000, undefined, { signal }));
    const theirs = lookAgain('quick');
    if (theirs.state === 'whole') return theirs.installation;
  }

  const staging = createStagingFolder(installations, target.key);
  const stopShowing = keepAlive(staging);
  try {
    // Programs run in the staging folder, so that they do not find files of the user's folder.
    const facts = await plan.build(staging, { env, signal, cwd: staging }, report);
    writeManifest<Installation>(staging, {
      ...{ key: target.key, ...facts },
      setupSeconds: Math.round(seconds() * 10) / 10,
      createdAt: new Date().toISOString(),
    });
    publish(staging, join(installations, target.key), () => lookAgain('quick').state === 'whole');
  } catch (error) {
    removeFolder(staging);
    throw asSetupError(error, staging);
  } finally {
    stopShowing();
  }
  removeLeftovers(installations);
  const finished = lookAgain('quick');
  if (finished.state !== 'whole')
    throw new NativeSetupError('check-failed', `${installations} changed while setting up: run the set-up again.`);
  const done = finished.installation;
  report('done', `${describe(done)} is set up: ${Math.round(done.bytes / 1e6)} MB in ${done.folder}`);
  return done;
}

/** Creates the folder, writable only by this user, removes left-over files, and checks the free disk space. */
function prepareCache(installations: string, what: string, neededBytes: number): void {
  try {
    mkdirSync(installations, { recursive: true, mode: 0o755 });
    requireTrustedFolders(installations);
    accessSync(installations, constants.W_OK);
    removeLeftovers(installations);
  } catch (error) {
    throw asSetupError(error, installations);
  }
  requireFreeSpace(installations, what, neededBytes);
}

/** Checks the free disk space. @throws NativeSetupError with reason 'disk-full' if less than `neededBytes` are free. */
export function requireFreeSpace(folder: string, what: string, neededBytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= neededBytes) return;
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new NativeSetupError(
    'disk-full',
    `Setting up ${what} needs ${gigabytes(neededBytes)} GB of disk and ${folder} has ${gigabytes(free)} GB left. Free some, or ${ANOTHER_CACHE}.`,
  );
}

async function abortable(wait: Promise<unknown>): Promise<void> {
  try {
    await wait;
  } catch (error) {
    throw asSetupError(error, '');
  }
}

/** Turns errors of the file system and of aborted signals into a NativeSetupError. Returns other errors unchanged. */
function asSetupError(error: unknown, folder: string): unknown {
  if (error instanceof NativeSetupError || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  const where = existsSync(folder) ? folder : dirname(folder);
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return new NativeSetupError('interrupted', 'The set-up was interrupted; run it again to start over.', '', {
      cause: error,
    });
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const message = `The disk of ${where} is full. Free some space, or ${ANOTHER_CACHE}.`;
    return new NativeSetupError('disk-full', message, '', { cause: error });
  }
  if (code && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT'].includes(code)) {
    const message = `The cache folder ${where} cannot be written (${code}). Make it writable for you, or ${ANOTHER_CACHE}.`;
    return new NativeSetupError('cache-not-writable', message, '', { cause: error });
  }
  return error;
}
