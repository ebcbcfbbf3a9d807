import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { expectOptions } from '@hrm/files/internal';
import type { NativeInstallation } from '../native-installation';
import { hasNvidiaGpu, nativeTarget, NATIVE_VERSIONS } from '../native-target';
import { buildAddon, findCompiler, nativePaths } from './addon-build';
import { installInCache, SETUP_OPTIONS, type SetupOptions } from './install-in-cache';
import { checkNative } from './native-check';
import { installNpmPackages, pruneNpmPackages } from './npm-packages';
import { findPython } from './pip-wheel';
import { installTensorflow } from './tensorflow-libraries';

/** Options of {@link setUpNative}. */
export interface SetUpNativeOptions extends SetupOptions {
  /** Whether to install the CUDA build and NVIDIA's libraries (3.3 GB). Default 'auto': if an NVIDIA GPU is found. */
  gpu?: boolean | 'auto';
  /**
   * The path of a TensorFlow wheel, to use instead of a download. Default: `$HRM_TENSORFLOW_WHEEL`, else a download.
   */
  wheel?: string;
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
  expectOptions('setUpNative', options, [...SETUP_OPTIONS, 'gpu', 'wheel']);
  const { env = process.env, gpu = 'auto' } = options;
  const target = nativeTarget((gpu === 'auto' ? await hasNvidiaGpu(env) : gpu) ? 'cuda' : 'cpu');
  return installInCache<NativeInstallation>(options, {
    what: 'native TensorFlow',
    target,
    describe: ({ tensorflow }) => `Native TensorFlow ${tensorflow}`,
    async build(staging, command, report) {
      const [python, compiler] = [await findPython(command), await findCompiler(command)];
      report('packages', `Installing tfjs-node-gpu ${NATIVE_VERSIONS.tfjs} from npm`);
      await installNpmPackages(staging, { name: 'npm', main: 'tfjs-node-gpu' }, command);
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
      return { accelerator: target.accelerator, tensorflow, tfjs: NATIVE_VERSIONS.tfjs };
    },
  });
}
