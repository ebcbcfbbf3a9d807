import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { root } from './documented-programs';

// What CONTRIBUTING shows, done to a copy of @hrm/layers' sources.
const layers = join(root, 'packages/layers');
const copy = join(root, 'tests/dist/contributing/packages/layers');

const fences = [
  ...readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').matchAll(/^```ts\n\/\/ (\S+?)(: add)?\n([^]*?)^```$/gm),
].map(([, file, adds, source]) => ({ file: file!, adds: adds !== undefined, source: source! }));
const at = (file: string) => join(root, 'tests/dist/contributing', file);

beforeAll(() => {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  cpSync(join(layers, 'src'), join(copy, 'src'), { recursive: true });
  mkdirSync(join(copy, 'test'));
  cpSync(join(layers, 'test/backends.ts'), join(copy, 'test/backends.ts'));
  const settings = JSON.parse(readFileSync(join(layers, 'tsconfig.json'), 'utf8')) as { extends: string };
  const paths = { '@hrm/layers': ['./src/index.ts'], '@hrm/layers/testing': ['./src/testing.ts'] };
  const tsconfig = { extends: join(layers, settings.extends), compilerOptions: { paths }, include: ['src', 'test'] };
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify(tsconfig));
  writeFileSync(
    join(copy, 'vitest.config.js'),
    `export default {
      resolve: { alias: [
        { find: '@hrm/layers/testing', replacement: ${JSON.stringify(join(copy, 'src/testing.ts'))} },
        { find: '@hrm/layers', replacement: ${JSON.stringify(join(copy, 'src/index.ts'))} },
      ] },
      test: { server: { deps: { inline: [/tfjs-core\\/dist\\/(?!tf-core)/] } } },
    };\n`,
  );
  for (const { file, adds, source } of fences) (adds ? appendFileSync : writeFileSync)(at(file), source);
});

const runTests = () =>
  spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', copy], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });

test('adding a layer takes under 40 lines', () => {
  expect(fences.map(({ file }) => file)).toEqual([
    'packages/layers/src/feed-forward/ge-glu.ts',
    'packages/layers/src/index.ts',
    'packages/layers/test/ge-glu.test.ts',
  ]);
  const lines = fences.flatMap(({ source }) => source.trimEnd().split('\n'));
  expect(lines.length).toBeLessThan(40);
});

test('the layer shown has no type errors', { timeout: 120_000 }, () => {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  expect(execFileSync(process.execPath, [compiler, '--noEmit', '-p', copy], { encoding: 'utf8' })).toBe('');
});

test('the layer shown passes its tests, and does not once it leaks tensors', { timeout: 180_000 }, () => {
  const green = runTests();
  expect(green.status, green.stdout + green.stderr).toBe(0);
  expect(Number(/Tests +(\d+) passed/.exec(green.stdout)?.[1])).toBeGreaterThan(12);

  const layer = at(fences[0]!.file);
  const source = readFileSync(layer, 'utf8');
  writeFileSync(layer, source.replace(/tf\.tidy\(\(\) => (.*)\);/, '$1;'));
  const red = runTests();
  writeFileSync(layer, source);
  expect(red.status).toBe(1);
  expect(red.stdout + red.stderr).toMatch(/FAIL .*leaks no tensor/);
});
