import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectOptions } from '@hrm/files/internal';
import { NativeSetupError } from '../native/native-setup-error';
import { runCommand, type CommandOptions } from '../native/run-command';
import { installInCache, SETUP_OPTIONS, type SetupOptions } from '../native/set-up/install-in-cache';
import { installNpmPackages, pruneNpmPackages } from '../native/set-up/npm-packages';
import { WEBGPU_VERSIONS, webGpuTarget, type WebGpuInstallation } from './webgpu-target';

/**
 * Sets up WebGPU for Node in the per-user cache: installs the npm packages `webgpu` (Dawn, 45 MB to download) and
 * `@tensorflow/tfjs-backend-webgpu`, and runs an operation to check them. `selectBackend` then uses any GPU that has a
 * driver for Vulkan (Linux) or Metal (macOS), without CUDA. Checks, pins and protects files as `setUpNative` does. If
 * WebGPU is already set up, it checks the SHA-256 of all files and rebuilds a damaged installation.
 *
 * Not needed where `webgpu` and `@tensorflow/tfjs-backend-webgpu` are installed next to `@hrm/runtime`.
 *
 * @throws NativeSetupError with a `reason` and a one-line message that says what to do.
 *
 * @example
 * ```ts
 * import { NativeSetupError, selectBackend, setUpWebGpu } from '@hrm/runtime';
 *
 * try {
 *   const { folder, bytes } = await setUpWebGpu({ onProgress: ({ detail }) => console.log(detail) });
 *   console.log(`${folder}: ${Math.round(bytes / 1e6)} MB`);
 * } catch (error) {
 *   if (!(error instanceof NativeSetupError)) throw error;
 *   console.log(error.message);
 * }
 * console.log((await selectBackend()).why);
 * ```
 */
export async function setUpWebGpu(options: SetupOptions = {}): Promise<WebGpuInstallation> {
  expectOptions('setUpWebGpu', options, SETUP_OPTIONS);
  const target = webGpuTarget();
  return installInCache<WebGpuInstallation>(options, {
    what: 'WebGPU',
    target,
    describe: ({ webgpu }) => `WebGPU (npm package webgpu ${webgpu})`,
    async build(staging, command, report) {
      report('packages', `Installing webgpu ${WEBGPU_VERSIONS.webgpu} from npm (50 MB)`);
      await installNpmPackages(staging, { name: 'webgpu', main: 'webgpu' }, command);
      pruneNpmPackages(staging);
      removeOtherPlatforms(staging, target.addonFolder);
      report('check', 'Running one operation on it');
      await checkWebGpu(staging, command);
      return WEBGPU_VERSIONS;
    },
  });
}

/** Removes the addons of other platforms, and packages that only types and scripts of `webgpu` use. */
function removeOtherPlatforms(folder: string, addonFolder: string): void {
  const modules = join(folder, 'node_modules');
  for (const name of readdirSync(join(modules, 'webgpu', 'dist')))
    if (name !== addonFolder) rmSync(join(modules, 'webgpu', 'dist', name), { recursive: true, force: true });
  for (const name of ['webgpu/build', 'webgpu/node_modules', '@webgpu', 'debug', 'ms'])
    rmSync(join(modules, name), { recursive: true, force: true });
}

// Written into the folder instead of run from this package, so that it also works if this package is bundled.
const CHECK = `import { createRequire } from 'node:module';
import { create, globals } from 'webgpu';
const gpu = create([]);
Object.assign(globalThis, globals);
Object.defineProperty((globalThis.navigator ??= {}), 'gpu', { value: gpu, configurable: true });
const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-webgpu');
const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
if (adapter) {
  if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js could not start its backend webgpu');
  await tf.ready();
  const [sum] = await tf.matMul(tf.ones([1, 3000]), tf.ones([3000, 1])).data();
  if (sum !== 3000) throw new Error('a sum of 3000 ones gave ' + sum);
}
console.log('CHECKED');
process.exit(0);
`;

/**
 * Runs a matrix product on the installation, in a separate process because it may crash. A machine without a GPU's
 * driver passes: that can be installed later, and `selectBackend` says so.
 */
async function checkWebGpu(folder: string, options: CommandOptions): Promise<void> {
  const script = join(folder, 'check.mjs');
  writeFileSync(script, CHECK);
  const env = { ...(options.env ?? process.env), NODE_OPTIONS: '' };
  const result = await runCommand(process.execPath, [script], { timeoutMs: 120_000, ...options, cwd: folder, env });
  if (result.code === 0 && result.stdout.includes('CHECKED')) return;
  const output = `${result.stdout}\n${result.stderr}`.trim();
  const message = output.split('\n').find((text) => /error/i.test(text)) ?? `exit code ${result.code}`;
  throw new NativeSetupError('check-failed', `WebGPU does not run here: ${message.trim()}.`, output);
}
