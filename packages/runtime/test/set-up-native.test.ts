import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeProcessTable } from '@hrm/files/node';
import { describe, expect, it } from 'vitest';
import { findNativeInstallation } from '../src/native/native-cache';
import { NativeSetupError } from '../src/native/native-setup-error';
import { nativeTarget } from '../src/native/native-target';
import { hashedRequirements } from '../src/native/set-up/pinned-wheels';
import { requireFreeSpace } from '../src/native/set-up/install-in-cache';
import { setUpNative, type SetUpNativeOptions } from '../src/native/set-up/set-up-native';
import { fakeInstallation } from './fake-installation';
import { programs, temporaryFolder } from './fake-programs';

const PIP = `case "$*" in *--version*) echo "pip 24.0 from /x (python 3.11)";; esac`;
const COMPILER = 'echo "c++ 12"';

async function failure(options: SetUpNativeOptions): Promise<NativeSetupError> {
  const outcome = await setUpNative({ gpu: false, ...options }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(NativeSetupError);
  return outcome as NativeSetupError;
}

/** An npm that writes the files that the set-up reads, without a network. */
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
    expect(error.message).toMatch(/python3 was not found.*Install/);
    expect(leftIn(folder)).toEqual([]);
  });

  it('reports a Python without pip', async () => {
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

  it('distinguishes an unreachable registry from other failures of npm', async () => {
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

  it('reports a package with a wrong checksum, from npm and from pip', async () => {
    const folder = temporaryFolder();
    const pip = `case "$*" in *--version*) echo "pip 24.0 (python 3.11)";; *) echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE." >&2; exit 1;; esac`;
    const env = programs(folder, { python3: pip, 'c++': COMPILER });
    const npm = fakeNpm(`console.error('npm error code EINTEGRITY'); process.exit(1)`);
    const error = await failure({ cache: folder, env: { ...env, npm_execpath: npm } });
    expect(error.reason).toBe('wrong-checksum');
    expect(error.message).toContain('was not used');
    const works = fakeNpm('');
    expect((await failure({ cache: folder, env: { ...env, npm_execpath: works } })).reason).toBe('wrong-checksum');
    expect(leftIn(folder)).toEqual([]);
  });

  it('lets npm and pip install only files with the pinned checksums, in a separate folder', async () => {
    const folder = temporaryFolder();
    const log = join(folder, 'log');
    const note = `{ echo "$PWD|$*"; for a in "$@"; do case "$a" in *requirements.txt) cat "$a";; esac; done; } >> ${log}`;
    const pip = `${note}; case "$*" in *--version*) echo "pip 24.0 (python 3.11)";; *) exit 1;; esac`;
    const npm = fakeNpm(
      `const fs = require('node:fs'); fs.appendFileSync(${JSON.stringify(log)}, process.cwd() + '|npm ' + process.argv.slice(2).join(' ') + '\\n' + fs.readFileSync('package-lock.json'))`,
    );
    const env = { ...programs(folder, { python3: pip, 'c++': `${note}; ${COMPILER}` }), npm_execpath: npm };
    await failure({ cache: folder, env });
    const logged = readFileSync(log, 'utf8');
    expect(logged).toMatch(/npm ci .*--ignore-scripts/);
    expect(logged).toContain('"integrity": "sha512-');
    expect(logged).toMatch(/-I -m pip download .*--require-hashes/);
    expect(logged).toContain(hashedRequirements([`${nativeTarget('cpu').wheel}==2.21.0`]));
    const folders = [...logged.matchAll(/^(\/[^|]*)\|/gm)].map(([, path]) => path!);
    expect(folders.length).toBeGreaterThan(3);
    for (const path of folders) expect(path).toContain('.partial');
  });

  it('reports an unreachable PyPI, and removes the files of npm', async () => {
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
    expect(error.message).toMatch(/HRM_CACHE to a folder elsewhere that only you can write/);
  });

  it('refuses a disk without enough space before it starts', () => {
    expect(() => requireFreeSpace(temporaryFolder(), 'native TensorFlow', 1e18)).toThrow(
      /needs 1000000000\.0 GB of disk/,
    );
    expect(() => requireFreeSpace(temporaryFolder(), 'native TensorFlow', 1)).not.toThrow();
  });

  it('stops on an aborted signal, and cleans up', async () => {
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

  it('removes the files of an interrupted set-up, but not of a running one', async () => {
    const folder = temporaryFolder();
    const native = join(folder, 'native');
    const leftover = join(native, 'some-key.999999999-abcd.partial');
    const live = join(native, `another-key.${process.ppid}-abcd.partial`);
    for (const [path, pid] of [
      [leftover, 999999999],
      [live, process.ppid],
    ] as const) {
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'owner.json'), JSON.stringify(nodeProcessTable.identityOf(pid)));
    }
    await failure({ cache: folder, env: programs(folder, {}) });
    expect(existsSync(leftover)).toBe(false);
    expect(existsSync(live)).toBe(true);
  });

  it('does not use an installation without a manifest, or with a missing file or one of another size', async () => {
    const folder = temporaryFolder();
    const { key } = nativeTarget('cpu');
    mkdirSync(join(folder, 'native', key), { recursive: true });
    expect(findNativeInstallation({ cache: folder })).toBeUndefined();
    const installation = fakeInstallation(folder, { 'deps/library.so': 'abc' });
    const library = join(installation, 'deps/library.so');
    expect(findNativeInstallation({ cache: folder })).toMatchObject({ folder: installation, tensorflow: '2.21.0' });
    expect((await setUpNative({ cache: folder, gpu: false, env: programs(folder, {}) })).folder).toBe(installation);
    writeFileSync(library, 'ab');
    expect(findNativeInstallation({ cache: folder })).toBeUndefined();
    rmSync(dirname(library), { recursive: true });
    expect(findNativeInstallation({ cache: folder })).toBeUndefined();
  });

  it('finds a single flipped bit, blocks the damaged installation, and sets it up again', async () => {
    const folder = temporaryFolder();
    const library = join(fakeInstallation(folder, { 'library.so': 'abc' }), 'library.so');
    const { atime, mtime } = statSync(library);
    writeFileSync(library, 'abb');
    utimesSync(library, atime, mtime);
    const details: string[] = [];
    const env = programs(folder, {});
    const error = await failure({ cache: folder, env, onProgress: ({ detail }) => details.push(detail) });
    expect(error.reason).toBe('no-python');
    expect(details).toContainEqual(
      expect.stringMatching(/damaged \(library.so has changed: its SHA-256 differs\): setting it up again/),
    );
    expect(findNativeInstallation({ cache: folder })).toBeUndefined();
  });

  it('accepts a copied installation with other file times, and makes later checks quick again', async () => {
    const folder = temporaryFolder();
    const library = join(fakeInstallation(folder, { 'library.so': 'abc' }), 'library.so');
    const { mtimeMs } = statSync(library);
    utimesSync(library, 1, 1);
    expect(findNativeInstallation({ cache: folder })).toBeDefined();
    await setUpNative({ cache: folder, gpu: false, env: programs(folder, {}) });
    expect(Math.floor(statSync(library).mtimeMs / 1000)).toBe(Math.floor(mtimeMs / 1000));
    writeFileSync(library, 'abb');
    utimesSync(library, 1, 1);
    expect(findNativeInstallation({ cache: folder })).toBeUndefined();
  });

  it('rebuilds if the manifest itself is damaged', async () => {
    const folder = temporaryFolder();
    const manifest = join(fakeInstallation(folder, { 'library.so': 'abc' }), 'complete.json');
    for (const text of [
      '{"key": ',
      '{}',
      '{"key": "k", "files": {"../../x": {"bytes": 1, "modified": 1, "sha256": "0"}}}',
    ]) {
      writeFileSync(manifest, text);
      expect(findNativeInstallation({ cache: folder })).toBeUndefined();
      expect((await failure({ cache: folder, env: programs(temporaryFolder(), {}) })).reason).toBe('no-python');
    }
  });
});
