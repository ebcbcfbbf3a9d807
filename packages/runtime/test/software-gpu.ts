import { copyFileSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { lookForWebGpu } from '../src/webgpu/find-webgpu';
import { setUpWebGpu } from '../src/webgpu/set-up-webgpu';

/** Where Debian's package chromium has SwiftShader and a loader for Vulkan. */
const chromium = '/usr/lib/chromium';
const driver = join(chromium, 'vk_swiftshader_icd.json');
const loader = join(chromium, 'libvulkan.so.1');

/** The environment in which another process finds SwiftShader as its GPU. */
export const softwareGpuEnvironment = (): NodeJS.ProcessEnv => ({
  VK_ICD_FILENAMES: driver,
  LD_LIBRARY_PATH: chromium,
  XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir(),
});

/** Sets up WebGPU in the per-user cache. Returns undefined if tests can use SwiftShader as a GPU, else why not. */
export async function whyNoSoftwareGpu(): Promise<string | undefined> {
  if (!existsSync(driver) || !existsSync(loader))
    return `there is no SwiftShader in ${chromium}. Install it (Debian: apt install chromium)`;
  return setUpWebGpu().then(
    () => undefined,
    (error: Error) => error.message,
  );
}

/**
 * Makes SwiftShader the GPU of this process, at `navigator.gpu`. The addon looks for the loader next to itself, so this
 * loads a copy of it. Prints to the log if it is not possible.
 *
 * @returns whether it is possible.
 */
export async function useSoftwareGpu(test: string): Promise<boolean> {
  const whyNot = await whyNoSoftwareGpu();
  const modules = lookForWebGpu();
  if (whyNot !== undefined || 'whyNot' in modules) {
    process.stderr.write(`${test} NOT RUN: ${whyNot}\n`);
    return false;
  }
  Object.assign(process.env, softwareGpuEnvironment());
  const folder = mkdtempSync(join(tmpdir(), 'hrm-software-gpu-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const addon = join(folder, 'dawn.node');
  copyFileSync(join(dirname(modules.webgpu), 'dist', `${process.platform}-${process.arch}`, 'dawn.node'), addon);
  symlinkSync(loader, join(folder, 'libvulkan.so.1'));
  const { create, globals } = createRequire(import.meta.url)(addon) as {
    create(flags: string[]): unknown;
    globals: object;
  };
  Object.assign(globalThis, globals);
  if (!('navigator' in globalThis)) Object.defineProperty(globalThis, 'navigator', { value: {} });
  Object.defineProperty(navigator, 'gpu', { value: create([]), configurable: true });
  return true;
}
