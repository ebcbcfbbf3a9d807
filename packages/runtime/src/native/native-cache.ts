import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expectOptions } from '@hrm/files/internal';
import type { Installation, NativeInstallation } from './native-installation';
import { findDamage, MANIFEST, readManifest, type Thoroughness } from './native-manifest';
import { ANOTHER_CACHE, NativeSetupError } from './native-setup-error';
import { nativeTarget, type Accelerator, type NativeTarget } from './native-target';
import type { Environment } from './run-command';
import { requireTrusted, requireTrustedParents } from './trusted-path';

/**
 * The per-user cache folder: `cache` if given, else `$HRM_CACHE`, else `~/Library/Caches/hrm` on macOS and
 * `$XDG_CACHE_HOME/hrm` or `~/.cache/hrm` elsewhere.
 */
export function cacheFolder(cache?: string, env: Environment = process.env): string {
  const chosen = cache ?? env.HRM_CACHE;
  if (chosen) return resolve(chosen);
  const home = env.HOME || homeOfUser();
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches', 'hrm');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'hrm');
}

/** @throws NativeSetupError for a user without one, such as a number in a container. */
function homeOfUser(): string {
  try {
    return homedir();
  } catch (cause) {
    const message = `This user has no home folder for a cache: ${ANOTHER_CACHE}.`;
    throw new NativeSetupError('cache-not-writable', message, '', { cause });
  }
}

/** The folder of the installations. Each is a folder named after its versions. */
export function installationsFolder(cache?: string, env?: Environment): string {
  return join(cacheFolder(cache, env), 'native');
}

/** The state of an installation's folder. */
export type InstallationState<I extends Installation> =
  | { state: 'absent' }
  | { state: 'whole'; installation: I }
  /** There is a manifest, but the files do not agree with it. */
  | { state: 'damaged'; problem: string };

/**
 * Checks an installation's files without loading them. 'quick' checks sizes and times. 'full' checks the SHA-256 of
 * every file, which finds a single changed bit and takes about a second.
 *
 * @throws NativeSetupError with reason 'cache-unsafe' where another user could have created or changed it.
 */
export function inspectInstallation<I extends Installation = NativeInstallation>(
  target: { key: string },
  installations: string,
  thoroughness: Thoroughness = 'quick',
): InstallationState<I> {
  const folder = join(installations, target.key);
  requireTrustedFolders(installations);
  requireTrusted(folder);
  const manifest = readManifest<I>(folder);
  if (manifest === undefined) return { state: 'absent' };
  if (typeof manifest === 'string') return { state: 'damaged', problem: manifest };
  const { key, files, ...rest } = manifest;
  if (key !== target.key) return { state: 'damaged', problem: `${MANIFEST} is of ${key}` };
  const problem = findDamage(folder, files, thoroughness);
  return problem
    ? { state: 'damaged', problem }
    : { state: 'whole', installation: { folder, ...rest } as unknown as I };
}

/** Refuses a cache that another user could have created or changed. @throws NativeSetupError with reason 'cache-unsafe' */
export function requireTrustedFolders(installations: string): void {
  for (const path of [dirname(installations), installations]) {
    requireTrusted(path);
    requireTrustedParents(path);
  }
}

/** Where to look for native TensorFlow. */
export interface LookOptions {
  /** The cache folder. Default: as of `setUpNative`. */
  cache?: string;
  /** The kinds of TensorFlow to look for, best first. Default: CPU, then CUDA. */
  accelerators?: readonly Accelerator[];
}

/** The first undamaged installation, or why there is none. @throws as {@link inspectInstallation} */
export function lookForInstallation(options: LookOptions = {}): NativeInstallation | { whyNot: string } {
  const { cache, accelerators = ['cpu', 'cuda'] } = options;
  let whyNot: string | undefined;
  for (const accelerator of accelerators) {
    let target: NativeTarget;
    try {
      target = nativeTarget(accelerator);
    } catch (error) {
      if (error instanceof NativeSetupError) continue;
      throw error;
    }
    const found = inspectInstallation(target, installationsFolder(cache));
    if (found.state === 'whole') return found.installation;
    if (found.state === 'damaged') whyNot ??= `native TensorFlow is damaged (${found.problem})`;
  }
  return { whyNot: whyNot ?? 'native TensorFlow is not set up' };
}

/** Reads all files of an installation and describes the first damage; undefined if there is none. */
export function findDamageOf({ folder }: Installation): string | undefined {
  const manifest = readManifest(folder);
  return typeof manifest === 'object' ? findDamage(folder, manifest.files, 'full') : manifest;
}

/**
 * The native TensorFlow that is set up for this machine, or undefined. Checks only the names, sizes and owners of
 * files, which is fast, and loads nothing.
 *
 * @param options.cache the cache folder. Default: as of `setUpNative`.
 * @param options.accelerators the kinds of TensorFlow to look for, best first. Default: CPU, then CUDA.
 * @throws NativeSetupError with reason 'cache-unsafe' where the cache or a file of the installation belongs to another
 *   user (except root), or another user can write it: its contents would run as this user.
 *
 * @example
 * ```ts
 * import { findNativeInstallation } from '@hrm/runtime';
 *
 * const installation = findNativeInstallation();
 * console.log(installation ? `TensorFlow ${installation.tensorflow} at ${installation.folder}` : 'not set up');
 * ```
 */
export function findNativeInstallation(options: LookOptions = {}): NativeInstallation | undefined {
  expectOptions('findNativeInstallation', options, ['cache', 'accelerators']);
  const found = lookForInstallation(options);
  return 'folder' in found ? found : undefined;
}
