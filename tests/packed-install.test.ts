import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { sharedTemporaryFolder } from '../packages/files/test/node/temporary-folder';
import { billOfMaterials, packAll, unwantedFiles } from '../scripts/pack.mjs';
import { backendOfWorker } from './browser-worker';
import { testCreatedProjects, toolsOfProjects } from './created-projects';
import { isolation, visitPage } from './visit-page';

const root = fileURLToPath(new URL('..', import.meta.url));
const names = [
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`),
  'apps/reference-trainer',
  'apps/create-hrm',
].map((name) => (JSON.parse(readFileSync(join(root, name, 'package.json'), 'utf8')) as { name: string }).name);
const run = promisify(execFile);

/** An empty folder of a user, far from this workspace. */
const folder = sharedTemporaryFolder();

let packed: { name: string; version: string; tarball: string }[];

beforeAll(async () => {
  const tarballs = join(folder, 'tarballs');
  const user = join(folder, 'user');
  mkdirSync(tarballs);
  mkdirSync(user);
  packed = await packAll(tarballs);
  const tfjs = ['core', 'backend-cpu', 'backend-wasm'].map((name) => `@tensorflow/tfjs-${name}@4.22.0`);
  writeFileSync(
    join(user, 'package.json'),
    JSON.stringify({
      ...{ name: 'a-user', version: '0.0.0', private: true, type: 'module' },
      devDependencies: toolsOfProjects(),
    }),
  );
  copyFileSync(join(root, 'tests/train-one-step.mjs'), join(user, 'train-one-step.mjs'));
  for (const page of ['browser-worker', 'browser-inference']) {
    cpSync(join(root, 'examples', page), join(user, page), { recursive: true });
  }
  const npm = { cwd: user, shell: process.platform === 'win32' };
  await run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tfjs, ...packed.map(({ tarball }) => tarball)],
    npm,
  );
}, 300_000);

interface LockedPackage {
  dev?: boolean;
  /** Needed by a development dependency, and optional for others. */
  devOptional?: boolean;
  hasInstallScript?: boolean;
  resolved?: string;
  link?: boolean;
}

function lockedPackages(): [string, LockedPackage][] {
  const lock = readFileSync(join(folder, 'user/package-lock.json'), 'utf8');
  return Object.entries((JSON.parse(lock) as { packages: Record<string, LockedPackage> }).packages);
}

test('npm installs all packages and the command from their tarballs, and one TensorFlow.js', () => {
  const installed = lockedPackages().map(([path]) => path);
  for (const name of names) expect(installed).toContain(`node_modules/${name}`);
  expect(installed.filter((path) => path.endsWith('@tensorflow/tfjs-core'))).toHaveLength(1);
  for (const [path, { resolved, link }] of lockedPackages().filter(([path]) => path.includes('/@hrm/'))) {
    expect(resolved, path).toMatch(/^file:.*\.tgz$/);
    expect(link, path).toBeUndefined();
  }
});

test('no package has an install script, so that installing downloads nothing else', () => {
  const brought = lockedPackages().filter(([, { dev, devOptional }]) => !dev && !devOptional);
  expect(brought.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
});

test.for(['wasm', 'cpu'])('what npm has installed trains a step on %s', async (backend, { expect }) => {
  const { stdout } = await run(process.execPath, ['train-one-step.mjs', backend], { cwd: join(folder, 'user') });
  const result = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, unknown>;
  expect(result).toMatchObject({ backend, using: backend, step: 1 });
  expect(result.loss).toBeGreaterThan(0);
  expect(result.changed).toBeGreaterThan(5);
  expect(Math.min(...(result.entries as number[]))).toBeGreaterThan(0);
});

test('@hrm/runtime brings what a set-up and a browser need', () => {
  const files = [
    'native/npm-lock.json',
    'native/npm-package.json',
    'native/hrm_binding.cc',
    'dist/wasm/tfjs-backend-wasm.wasm',
  ];
  for (const file of files) expect(existsSync(join(folder, 'user/node_modules/@hrm/runtime', file)), file).toBe(true);
});

test('what npm has installed solves a puzzle in a worker of a browser', { timeout: 180_000 }, (context) =>
  visitPage(
    context,
    join(folder, 'user/browser-worker'),
    async (tab, problems) => expect(await backendOfWorker(tab, problems)).toMatch(/^WebAssembly on .*: no WebGPU$/),
    { headers: isolation },
  ),
);

test('the tarballs hold what runs and its licence: no source maps, no sources, no tests', async () => {
  expect(packed.map(({ name }) => name).sort()).toEqual([...names].sort());
  for (const { name, tarball } of packed) {
    const { stdout } = await run('tar', ['-tzf', tarball]);
    const files = stdout
      .trim()
      .split('\n')
      .map((file) => file.replace('package/', ''));
    expect(files, name).toContain('LICENSE');
    expect(files, name).toContain('README.md');
    expect(unwantedFiles(files), name).toEqual([]);
    for (const file of files.filter((name) => /\.m?js$/.test(name))) {
      const text = readFileSync(join(folder, 'user/node_modules', name, file), 'utf8');
      expect(text, `${name}/${file}`).not.toContain('sourceMappingURL');
    }
  }
});

test('npx hrm is the command, with its schema for editors', async () => {
  const { stdout } = await run('npx', ['hrm', '--help'], {
    cwd: join(folder, 'user'),
    env: { ...process.env, npm_config_yes: 'false' },
  });
  expect(stdout).toContain('Usage: hrm COMMAND');
  const schema = join(folder, 'user/node_modules/@hrm/cli/schema/run-config.schema.json');
  expect(JSON.parse(readFileSync(schema, 'utf8'))).toMatchObject({ type: 'object' });
});

test('what they bring is listed in a bill of materials', async () => {
  const bill = JSON.parse(await billOfMaterials(join(folder, 'user'))) as {
    bomFormat: string;
    components: { name: string; version: string; hashes?: object[] }[];
  };
  expect(bill.bomFormat).toBe('CycloneDX');
  const listed = bill.components.map(({ name }) => name);
  for (const name of [...packed.map((one) => one.name), 'commander', 'zod', '@tensorflow/tfjs-core']) {
    expect(listed).toContain(name);
  }
  expect(listed).not.toContain('vitest');
});

testCreatedProjects(join(folder, 'user'));
