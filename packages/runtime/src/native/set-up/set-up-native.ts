import { accessSync, constants, existsSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspectInstallation, installationsFolder, requireTrustedFolders } from '../native-cache';
import type { NativeInstallation } from '../native-installation';
import { MANIFEST, writeManifest, type Thoroughness } from '../native-manifest';
import { ANOTHER_CACHE, NativeSetupError } from '../native-setup-error';
import { hasNvidiaGpu, nativeTarget, NATIVE_VERSIONS } from '../native-target';
import type { CommandOptions, Environment } from '../run-command';
import { buildAddon, findCompiler, nativePaths } from './addon-build';
import { checkNative } from './native-check';
import { installNpmPackages, pruneNpmPackages } from './npm-packages';
import { findPython } from './pip-wheel';
import { createStagingFolder, isBeingBuilt, keepAlive, publish, removeFolder, removeLeftovers } from './staging-folder';
import { installTensorflow } from './tensorflow-libraries';

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

/** Options of {@link setUpNative}. */
export interface SetUpNativeOptions {
  /**
   * The cache folder. Default: `$HRM_CACHE`, else `~/.cache/hrm` (`$XDG_CACHE_HOME/hrm`), on macOS
   * `~/Library/Caches/hrm`.
   */
  cache?: string;
  /** Whether to install the CUDA build and NVIDIA's libraries (3.3 GB). Default 'auto': if an NVIDIA GPU is found. */
  gpu?: boolean | 'auto';
  /** Called at the start of each stage, and twice a second during a download. */
  onProgress?: (progress: NativeSetupProgress) => void;
  /**
   * The path of a TensorFlow wheel, to use instead of a download. Default: `$HRM_TENSORFLOW_WHEEL`, else a download.
   */
  wheel?: string;
  /** Stops the set-up, which then removes its files. */
  signal?: AbortSignal;
  /** The environment of the programs that the set-up runs. Default `process.env`. */
  env?: Environment;
}

/**
 * Sets up native TensorFlow for `selectBackend`, in a per-user cache: installs the npm package tfjs-node-gpu without
 * its install script, downloads TensorFlow 2.21 from PyPI, builds the addon with the C++ compiler, and runs an
 * operation to check it. If native TensorFlow is already set up, it checks the SHA-256 of all files, in about a second,
 * and rebuilds a damaged installation.
 *
 * Needs npm, Python 3 with pip and a C++ compiler, on Linux x64, Linux arm64 or macOS arm64. The CPU build takes less
 * than a minute and 0.9 GB of disk.
 *
 * Every download must match a checksum in this package. Files in the cache that another user could have changed are
 * refused. An incomplete installation is never used: it is built in a temporary folder and renamed at the end. Two
 * set-ups may run at the same time. The next set-up removes the files of an interrupted one.
 *
 * @throws NativeSetupError with a `reason` and a one-line message that says what to do.
 *
 * @example
 * ```ts
 * import { NativeSetupError, selectBackend, setUpNative } from '@hrm/runtime';
 *
 * try {
 *   const { folder, bytes } = await setUpNative({ onProgress: ({ detail }) => console.log(detail) });
 *   console.log(`${folder}: ${Math.round(bytes / 1e6)} MB`);
 * } catch (error) {
 *   if (!(error instanceof NativeSetupError)) throw error;
 *   console.log(error.message); // selectBackend() will take WebAssembly
 * }
 * console.log((await selectBackend()).why);
 * ```
 */
export async function setUpNative(options: SetUpNativeOptions = {}): Promise<NativeInstallation> {
  const { env = process.env, signal, gpu = 'auto', cache } = options;
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const report = (stage: NativeSetupStage, detail: string, more: Partial<NativeSetupProgress> = {}) =>
    options.onProgress?.({ stage, detail, seconds: seconds(), ...more });

  report('look', 'Looking for native TensorFlow');
  const target = nativeTarget((gpu === 'auto' ? await hasNvidiaGpu(env) : gpu) ? 'cuda' : 'cpu');
  const installations = installationsFolder(cache, env);
  const lookAgain = (thoroughness: Thoroughness) => inspectInstallation(target, installations, thoroughness);
  const installed = lookAgain('full');
  if (installed.state === 'whole') {
    const { installation } = installed;
    report('done', `Native TensorFlow ${installation.tensorflow} is set up at ${installation.folder}`);
    return installation;
  }
  if (installed.state === 'damaged') {
    report('look', `Native TensorFlow is damaged (${installed.problem}): setting it up again`);
    // First of all, so that no program loads the damaged one, even if the set-up fails.
    rmSync(join(installations, target.key, MANIFEST), { force: true });
  }

  prepareCache(installations, target.diskBytes);
  while (isBeingBuilt(installations, target.key)) {
    report('wait', 'Another process is setting up native TensorFlow: waiting for it');
    await abortable(sleep(1000, undefined, { signal }));
    const theirs = lookAgain('quick');
    if (theirs.state === 'whole') return theirs.installation;
  }

  const staging = createStagingFolder(installations, target.key);
  const stopShowing = keepAlive(staging);
  // Programs run in the staging folder, so that they do not find files of the user's folder.
  const command: CommandOptions = { env, signal, cwd: staging };
  try {
    const [python, compiler] = [await findPython(command), await findCompiler(command)];
    report('packages', `Installing tfjs-node-gpu ${NATIVE_VERSIONS.tfjs} from npm`);
    await installNpmPackages(staging, command);
    const name = `TensorFlow ${NATIVE_VERSIONS.tensorflow}${target.accelerator === 'cuda' ? ' with CUDA' : ''}`;
    const download = (bytes: number) =>
      report('download', `Downloading ${name} from PyPI`, { bytes, totalBytes: target.downloadBytes });
    const given = options.wheel ?? env.HRM_TENSORFLOW_WHEEL;
    const wheel = given ? resolve(given) : undefined;
    if (!wheel) download(0);
    await installTensorflow(python, target, staging, {
      ...{ ...command, wheel, onBytes: download },
      onUnpack: () => report('unpack', `Unpacking ${name}`),
    });
    report('compile', `Building the addon with ${compiler}`);
    await buildAddon(compiler, target, staging, command);
    report('check', 'Running one operation on it');
    rmSync(nativePaths(staging).include, { recursive: true, force: true });
    pruneNpmPackages(staging);
    const { tensorflow } = await checkNative(staging, command);
    writeManifest(staging, {
      ...{ key: target.key, accelerator: target.accelerator, tensorflow, tfjs: NATIVE_VERSIONS.tfjs },
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
  report(
    'done',
    `Native TensorFlow ${done.tensorflow} is set up: ${Math.round(done.bytes / 1e6)} MB in ${done.folder}`,
  );
  return done;
}

/** Creates the folder, writable only by this user, removes left-over files, and checks the free disk space. */
function prepareCache(installations: string, neededBytes: number): void {
  try {
    mkdirSync(installations, { recursive: true, mode: 0o755 });
    requireTrustedFolders(installations);
    accessSync(installations, constants.W_OK);
    removeLeftovers(installations);
  } catch (error) {
    throw asSetupError(error, installations);
  }
  requireFreeSpace(installations, neededBytes);
}

/** Checks the free disk space. @throws NativeSetupError with reason 'disk-full' if less than `neededBytes` are free. */
export function requireFreeSpace(folder: string, neededBytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= neededBytes) return;
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new NativeSetupError(
    'disk-full',
    `Setting up native TensorFlow needs ${gigabytes(neededBytes)} GB of disk and ${folder} has ${gigabytes(free)} GB left. Free some, or ${ANOTHER_CACHE}.`,
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
