import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findNativeInstallation } from '../src/native-cache';
import { NativeSetupError } from '../src/native-setup-error';
import { nativeTarget } from '../src/native-target';
import { requireFreeSpace, setUpNative, type NativeSetupOptions } from '../src/set-up-native';
import { programs, temporaryFolder } from './fake-programs';

const PIP = `case "$*" in *--version*) echo "pip 24.0 from /x (python 3.11)";; esac`;
const COMPILER = 'echo "c++ 12"';

async function failure(options: NativeSetupOptions): Promise<NativeSetupError> {
  const outcome = await setUpNative({ gpu: false, ...options }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(NativeSetupError);
  return outcome as NativeSetupError;
}

/** An npm that puts in place what the set-up looks at, without a network. */
const fakeNpm = (script: string) => {
  const folder = temporaryFolder();
  const path = join(folder, 'npm-cli.js');
  writeFileSync(path, script);
  return path;
};

const leftIn = (cache: string) => (existsSync(join(cache, 'native')) ? readdirSync(join(cache, 'native')) : []);

describe('setUpNative', () => {
  it('says what to install where Python is missing, and leaves nothing behind', async () => {
    const folder = temporaryFolder();
    const error = await failure({ cache: folder, env: programs(folder, { 'c++': COMPILER }) });
    expect(error.reason).toBe('no-python');
    expect(error.message).toMatch(/python3 is not there.*Install/);
    expect(leftIn(folder)).toEqual([]);
  });

  it('says so where Python has no pip', async () => {
    const folder = temporaryFolder();
    const env = programs(folder, { python3: 'echo "No module named pip" >&2; exit 1', 'c++': COMPILER });
    const error = await failure({ cache: folder, env });
    expect(error.reason).toBe('no-python');
    expect(error.message).toContain('python3 has no pip');
  });

  it('says what to install where the compiler is missing', async () => {
    const folder = temporaryFolder();
    const error = await failure({ cache: folder, env: programs(folder, { python3: PIP }) });
    expect(error.reason).toBe('no-compiler');
    expect(error.message).toMatch(/c\+\+.*g\+\+.*Install/);
    expect(leftIn(folder)).toEqual([]);
  });

  it('tells a registry out of reach from other failures of npm', async () => {
    const folder = temporaryFolder();
    const env = programs(folder, { python3: PIP, 'c++': COMPILER });
    const offline = fakeNpm(`console.error('npm error code ENOTFOUND'); process.exit(1)`);
    expect((await failure({ cache: folder, env: { ...env, npm_execpath: offline } })).reason).toBe('offline');
    const full = fakeNpm(`console.error('npm error code ENOSPC'); process.exit(1)`);
    expect((await failure({ cache: folder, env: { ...env, npm_execpath: full } })).reason).toBe('disk-full');
    const other = fakeNpm(`console.error('npm error 418 teapot'); process.exit(1)`);
    const error = await failure({ cache: folder, env: { ...env, npm_execpath: other } });
    expect(error.reason).toBe('download-failed');
    expect(error.message).toContain('418 teapot');
    expect(leftIn(folder)).toEqual([]);
  });

  it('tells PyPI out of reach, and removes what npm had brought', async () => {
    const folder = temporaryFolder();
    const pip = `case "$*" in *--version*) echo "pip 24.0 (python 3.11)";; *) echo "Retrying: Failed to establish a new connection: Temporary failure in name resolution" >&2; exit 1;; esac`;
    const npm = fakeNpm(`require('node:fs').writeFileSync('brought-by-npm', '')`);
    const env = { ...programs(folder, { python3: pip, 'c++': COMPILER }), npm_execpath: npm };
    const stages: string[] = [];
    const error = await failure({ cache: folder, env, onProgress: ({ stage }) => stages.push(stage) });
    expect(error.reason).toBe('offline');
    expect(stages.slice(0, 3)).toEqual(['look', 'packages', 'download']);
    expect(leftIn(folder)).toEqual([]);
  });

  it('refuses a cache that cannot be written', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const error = await failure({ cache: join(folder, 'file') });
    expect(error.reason).toBe('cache-not-writable');
    expect(error.message).toContain('HRM_CACHE');
  });

  it('refuses a disk without room before it starts', () => {
    expect(() => requireFreeSpace(temporaryFolder(), 1e18)).toThrow(/needs 1000000000\.0 GB of disk/);
    expect(() => requireFreeSpace(temporaryFolder(), 1)).not.toThrow();
  });

  it('stops when told to, and cleans up', async () => {
    const folder = temporaryFolder();
    const npm = fakeNpm(`setTimeout(() => {}, 60000)`);
    const env = { ...programs(folder, { python3: PIP, 'c++': COMPILER }), npm_execpath: npm };
    const stop = new AbortController();
    const error = await failure({
      ...{ cache: folder, env, signal: stop.signal },
      onProgress: ({ stage }) => stage === 'packages' && setTimeout(() => stop.abort(), 100),
    });
    expect(error.reason).toBe('interrupted');
    expect(leftIn(folder)).toEqual([]);
  });

  it('removes what an interrupted set-up left, and not what a live one is building', async () => {
    const folder = temporaryFolder();
    const native = join(folder, 'native');
    const leftover = join(native, 'some-key.999999999-abcd.partial');
    const live = join(native, `another-key.${process.ppid}-abcd.partial`);
    const { hostname } = await import('node:os');
    for (const [path, pid] of [
      [leftover, 999999999],
      [live, process.ppid],
    ] as const) {
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'owner.json'), JSON.stringify({ pid, host: hostname() }));
    }
    await failure({ cache: folder, env: programs(folder, {}) });
    expect(existsSync(leftover)).toBe(false);
    expect(existsSync(live)).toBe(true);
  });

  it('takes no installation that is not complete', async () => {
    const folder = temporaryFolder();
    const { key } = nativeTarget('cpu');
    const installation = join(folder, 'native', key);
    mkdirSync(installation, { recursive: true });
    expect(findNativeInstallation({ cache: folder })).toBeUndefined();
    const manifest = { key, accelerator: 'cpu', tensorflow: '2.21.0', tfjs: '4.22.0', bytes: 3, setupSeconds: 1 };
    const write = (files: Record<string, number>) =>
      writeFileSync(join(installation, 'complete.json'), JSON.stringify({ ...manifest, createdAt: 'now', files }));
    write({ 'library.so': 3 });
    expect(findNativeInstallation({ cache: folder })).toBeUndefined();
    writeFileSync(join(installation, 'library.so'), 'ab');
    expect(findNativeInstallation({ cache: folder })).toBeUndefined();
    writeFileSync(join(installation, 'library.so'), 'abc');
    expect(findNativeInstallation({ cache: folder })).toMatchObject({ folder: installation, tensorflow: '2.21.0' });
    const started = performance.now();
    expect((await setUpNative({ cache: folder, gpu: false, env: programs(folder, {}) })).folder).toBe(installation);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
