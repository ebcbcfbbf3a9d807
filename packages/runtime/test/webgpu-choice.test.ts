import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { selectBackend } from '../src/backend/select-backend';
import { NativeSetupError } from '../src/native/native-setup-error';
import { lookForWebGpu } from '../src/webgpu/find-webgpu';
import { mayHaveGpu } from '../src/webgpu/gpu-device';
import { setUpWebGpu } from '../src/webgpu/set-up-webgpu';
import { describeAdapter, isSoftware } from '../src/webgpu/webgpu-adapter';
import { WEBGPU_VERSIONS, webGpuTarget } from '../src/webgpu/webgpu-target';
import { programs, temporaryFolder } from './fake-programs';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('setUpWebGpu', () => {
  const failure = async (npm: string | undefined) => {
    const cache = temporaryFolder();
    const script = join(cache, 'npm-cli.js');
    if (npm !== undefined) writeFileSync(script, npm);
    const env = { ...programs(cache, {}), npm_execpath: script };
    const error: unknown = await setUpWebGpu({ cache, env }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NativeSetupError);
    expect(lookForWebGpu(cache)).toMatchObject({ whyNot: 'WebGPU is not set up' });
    return error as NativeSetupError;
  };

  it('says what is wrong without the network, and with other files than the pinned ones', async () => {
    expect(await failure(`console.error('npm error code ENOTFOUND'); process.exit(1)`)).toMatchObject({
      reason: 'offline',
      message: expect.stringMatching(/npm could not install webgpu: the package registry cannot be reached/) as string,
    });
    const wrong = await failure(`console.error('npm error code EINTEGRITY'); process.exit(1)`);
    expect(wrong.reason).toBe('wrong-checksum');
  });

  it('refuses an installation that does not run', async () => {
    const install = `const fs = require('node:fs');
      for (const folder of ['webgpu/dist', '@tensorflow'])
        fs.mkdirSync('node_modules/' + folder, { recursive: true });
      fs.writeFileSync('node_modules/webgpu/index.js', 'throw new Error("no such library")');`;
    expect(await failure(install)).toMatchObject({
      reason: 'check-failed',
      message: expect.stringMatching(/^WebGPU does not run here: .*Error/) as string,
    });
  });

  it('has one key for each machine and version, and names what it does not support', () => {
    const linux = { platform: 'linux', arch: 'x64', glibc: '2.36' };
    expect(webGpuTarget(linux)).toMatchObject({ addonFolder: 'linux-x64' });
    expect(webGpuTarget(linux).key).toContain(WEBGPU_VERSIONS.webgpu);
    expect(webGpuTarget({ platform: 'darwin', arch: 'arm64' }).addonFolder).toBe('darwin-universal');
    expect(() => webGpuTarget({ ...linux, glibc: '2.31' })).toThrow(/glibc 2\.34 or later.*this Linux has glibc 2\.31/);
    expect(() => webGpuTarget({ platform: 'linux', arch: 'x64' })).toThrow(/does not use glibc/);
    expect(() => webGpuTarget({ platform: 'win32', arch: 'x64' })).toThrow(/install webgpu and @tensorflow/);
  });
});

describe('the GPU', () => {
  it('is looked for among the device files of Linux', () => {
    const devices = temporaryFolder();
    expect(mayHaveGpu(devices, 'linux')).toBe(false);
    mkdirSync(join(devices, 'dri'));
    writeFileSync(join(devices, 'dri', 'card0'), '');
    expect(mayHaveGpu(devices, 'linux')).toBe(false);
    writeFileSync(join(devices, 'dri', 'renderD128'), '');
    expect(mayHaveGpu(devices, 'linux')).toBe(true);
    const other = temporaryFolder();
    writeFileSync(join(other, 'nvidia0'), '');
    expect(mayHaveGpu(other, 'linux')).toBe(true);
    expect(mayHaveGpu(temporaryFolder(), 'darwin')).toBe(true);
  });

  it('is distinguished from software, and named', () => {
    const h100 = { vendor: 'nvidia', architecture: 'hopper', device: 'nvidia-h100-80gb-hbm3', description: '580.1' };
    expect(isSoftware({ info: h100 })).toBe(false);
    expect(describeAdapter({ info: h100 })).toBe('nvidia h100 80gb hbm3');
    expect(isSoftware({ info: { device: 'llvmpipe-llvm-15' } })).toBe(true);
    expect(isSoftware({ info: { ...h100, isFallbackAdapter: true } })).toBe(true);
    expect(isSoftware({ isFallbackAdapter: true })).toBe(true);
    expect(describeAdapter({ info: { vendor: 'apple', architecture: 'metal-3' } })).toBe('apple metal-3');
  });
});

describe('selectBackend and WebGPU', () => {
  /** Lets plain JavaScript stand for WebGPU on an adapter. */
  async function pretend(info: object | undefined): Promise<void> {
    await selectBackend({ prefer: 'cpu' });
    const adapter = info && { info };
    vi.stubGlobal('navigator', { gpu: { requestAdapter: () => Promise.resolve(adapter ?? null) } });
    if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
    tf.registerBackend('webgpu', () => tf.findBackend('cpu'));
  }

  it('prefers it to WebAssembly where there is a GPU', async () => {
    await pretend({ device: 'radeon-780m' });
    const selected = await selectBackend({ cache: temporaryFolder() });
    expect(selected).toEqual({ name: 'webgpu', device: 'GPU', why: 'WebGPU on radeon 780m' });
  });

  it('uses software only by name, and says so', async () => {
    await pretend({ device: 'swiftshader-device' });
    const selected = await selectBackend({ cache: temporaryFolder() });
    expect(selected.name).toBe('wasm');
    expect(selected.why).toMatch(/not set up.*; WebGPU finds only software \(swiftshader device\)$/);
    expect(await selectBackend({ prefer: 'webgpu' })).toMatchObject({
      name: 'webgpu',
      device: 'CPU',
      why: 'WebGPU on swiftshader device, which is software: slower than WebAssembly',
    });
  });

  it('says what is missing where there is no GPU, or no WebGPU', async () => {
    await pretend(undefined);
    expect((await selectBackend({ cache: temporaryFolder() })).why).toMatch(/; WebGPU finds no GPU$/);
    await expect(selectBackend({ prefer: 'webgpu' })).rejects.toThrow(/no GPU.*driver for Vulkan.*libvulkan/);
    tf.removeBackend('webgpu');
    await expect(selectBackend({ prefer: 'webgpu', cache: temporaryFolder() })).rejects.toThrow(
      /WebGPU is not set up: run `hrm setup --webgpu`/,
    );
  });
});
