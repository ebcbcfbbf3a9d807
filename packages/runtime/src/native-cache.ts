import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { nativeTarget, type Accelerator, type NativeTarget } from './native-target';
import { NativeSetupError } from './native-setup-error';

/** The file written last into an installation: its presence means that everything else is there and was checked. */
export const MANIFEST = 'complete.json';

/** Native TensorFlow in the per-user cache, ready to be loaded. */
export interface NativeInstallation {
  /** Its folder; `node_modules/@tensorflow/tfjs-node-gpu` in it is loaded from there. */
  folder: string;
  accelerator: Accelerator;
  tensorflow: string;
  tfjs: string;
  /** Disk it takes, in bytes. */
  bytes: number;
  /** How long the set-up took, in seconds. */
  setupSeconds: number;
  /** When it was set up, ISO 8601. */
  createdAt: string;
}

/** The manifest's contents: the installation, and the size of each file that must be there. */
export interface NativeManifest extends Omit<NativeInstallation, 'folder'> {
  key: string;
  files: Record<string, number>;
}

/**
 * The per-user folder that set-ups share: `cache` where given, else `$HRM_CACHE`, else `~/Library/Caches/hrm` on macOS
 * and `$XDG_CACHE_HOME/hrm` or `~/.cache/hrm` elsewhere.
 */
export function cacheFolder(cache?: string, env: NodeJS.ProcessEnv = process.env): string {
  const chosen = cache ?? env.HRM_CACHE;
  if (chosen) return resolve(chosen);
  const home = env.HOME || homedir();
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches', 'hrm');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'hrm');
}

/** Where the installations lie, each in a folder named by its versions. */
export function installationsFolder(cache?: string, env?: NodeJS.ProcessEnv): string {
  return join(cacheFolder(cache, env), 'native');
}

/** The finished installation of a target, or undefined: without a manifest, or with a file missing or cut short, it is none. */
export function readInstallation(target: NativeTarget, installations: string): NativeInstallation | undefined {
  const folder = join(installations, target.key);
  try {
    const { key, files, ...rest } = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as NativeManifest;
    if (key !== target.key) return undefined;
    for (const [file, size] of Object.entries(files)) {
      if (statSync(join(folder, file)).size !== size) return undefined;
    }
    return { folder, ...rest };
  } catch {
    return undefined;
  }
}

/**
 * The native TensorFlow set up for this machine, or undefined. Looks only at files: cheap, loads nothing.
 *
 * @param options.cache the cache folder; default see `setUpNative`
 * @param options.accelerators which kinds to look for, best first; default CPU, then CUDA
 *
 * @example
 * ```ts
 * import { findNativeInstallation } from '@hrm/runtime';
 *
 * const installation = findNativeInstallation();
 * console.log(installation ? `TensorFlow ${installation.tensorflow} at ${installation.folder}` : 'not set up');
 * ```
 */
export function findNativeInstallation(
  options: { cache?: string; accelerators?: readonly Accelerator[] } = {},
): NativeInstallation | undefined {
  const { cache, accelerators = ['cpu', 'cuda'] } = options;
  for (const accelerator of accelerators) {
    try {
      const found = readInstallation(nativeTarget(accelerator), installationsFolder(cache));
      if (found) return found;
    } catch (error) {
      if (!(error instanceof NativeSetupError)) throw error;
    }
  }
  return undefined;
}
