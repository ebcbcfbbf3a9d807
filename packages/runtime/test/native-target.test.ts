import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasNvidiaGpu, nativeTarget } from '../src/native/native-target';
import { NativeSetupError } from '../src/native/native-setup-error';

const linux = { platform: 'linux', arch: 'x64', glibc: '2.36' };

function reasonOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof NativeSetupError) return error.reason;
    throw error;
  }
  return 'none';
}

describe('nativeTarget', () => {
  it('knows the machines that TensorFlow publishes for', () => {
    expect(nativeTarget('cpu', linux)).toMatchObject({ wheel: 'tensorflow-cpu', platform: 'linux' });
    expect(nativeTarget('cuda', linux)).toMatchObject({ wheel: 'tensorflow', accelerator: 'cuda' });
    const arm = nativeTarget('cpu', { ...linux, arch: 'arm64' });
    expect(arm.wheel).toBe('tensorflow');
    expect(arm.wheelPlatforms[0]).toContain('aarch64');
    const mac = nativeTarget('cpu', { platform: 'darwin', arch: 'arm64' });
    expect(mac.libraries.every((name) => name.endsWith('.dylib'))).toBe(true);
  });

  it('has a separate folder for each kind of machine', () => {
    const machines = [linux, { ...linux, arch: 'arm64' }, { platform: 'darwin', arch: 'arm64' }];
    const keys = [...machines.map((machine) => nativeTarget('cpu', machine).key), nativeTarget('cuda', linux).key];
    expect(new Set(keys).size).toBe(4);
    for (const key of keys) expect(key).toMatch(/4\.22\.0.*2\.21\.0.*napi8/);
  });

  it('refuses the others, and says that WebAssembly works', () => {
    const unsupported = [
      { platform: 'win32', arch: 'x64' },
      { platform: 'darwin', arch: 'x64' },
      { platform: 'linux', arch: 'ia32', glibc: '2.36' },
      { platform: 'linux', arch: 'x64' }, // musl
      { platform: 'linux', arch: 'x64', glibc: '2.17' },
    ];
    for (const machine of unsupported) {
      expect(reasonOf(() => nativeTarget('cpu', machine))).toBe('unsupported-platform');
      expect(() => nativeTarget('cpu', machine)).toThrow(/WebAssembly works/);
    }
    expect(reasonOf(() => nativeTarget('cuda', { ...linux, arch: 'arm64' }))).toBe('unsupported-platform');
  });

  it('has a layout number that increases whenever the addon sources change', () => {
    // Other sources need another key. If this fails, increase LAYOUT and change both values here.
    const hash = createHash('sha1');
    for (const name of ['hold_stderr.cc', 'hrm_binding.cc']) {
      hash.update(readFileSync(new URL(`../native/${name}`, import.meta.url)));
    }
    const layout = Number(nativeTarget('cpu', linux).key.split('-').at(-1));
    expect({ layout, sources: hash.digest('hex').slice(0, 10) }).toEqual({ layout: 5, sources: 'c44a4ed11e' });
  });
});

describe('hasNvidiaGpu', () => {
  it('finds none without driver and nvidia-smi', async () => {
    expect(await hasNvidiaGpu({ PATH: '/nonexistent' }, '/nonexistent')).toBe(false);
  });

  it('finds one by the driver or by the list of nvidia-smi', async () => {
    expect(await hasNvidiaGpu({ PATH: '/nonexistent' }, import.meta.filename)).toBe(process.platform === 'linux');
  });
});
