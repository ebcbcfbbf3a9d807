import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { templates } from '../src/templates';
import { projectFiles } from '../src/write-project';

const own = fileURLToPath(new URL('..', import.meta.url));
const root = join(own, '../..');

interface Manifest {
  scripts: { [name: string]: string };
  dependencies: { [name: string]: string };
  devDependencies: { [name: string]: string };
}
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Manifest;
const ours = read(join(own, 'package.json'));
const names = templates.map(({ name }) => name);
const manifestOf = (template: string) => read(join(own, 'templates', template, 'package.json'));

test('every folder of templates/ is a template, but for what they share', () => {
  expect(readdirSync(join(own, 'templates')).sort()).toEqual([...names, 'shared'].sort());
});

test.for(names)('%s declares what its programs import, and nothing else', (template) => {
  const { dependencies, devDependencies, scripts } = manifestOf(template);
  const imported = new Set<string>();
  const inPrograms = new Set<string>();
  for (const [path, text] of projectFiles(template, 'mine')) {
    if (!path.endsWith('.ts')) continue;
    for (const [, from] of text.matchAll(/^(?:import|export|\} from).*?'([^'.][^']*)';/gm)) {
      const name = /^(@[^/]+\/)?[^/]+/.exec(from!)![0];
      if (name.startsWith('node:')) continue;
      imported.add(name);
      if (path.startsWith('src/')) inPrograms.add(name);
    }
  }
  const declared = { ...dependencies, ...devDependencies };
  expect([...imported].filter((name) => declared[name] === undefined)).toEqual([]);
  expect([...inPrograms].filter((name) => dependencies[name] === undefined)).toEqual([]);
  const started = Object.values(scripts).map((script) => script.replace(/^tsc.*/, 'typescript').split(' ')[0]!);
  const needed = [...imported, ...started, '@types/node', '@tensorflow/tfjs-core'];
  expect(Object.keys(declared).filter((name) => !needed.includes(name))).toEqual([]);
});

test.for(names)('%s asks for the versions that this repository is tested with', (template) => {
  const { dependencies, devDependencies } = manifestOf(template);
  // Nothing here uses tsx but the projects, with which CI installs it.
  const tested: Record<string, string> = {
    tsx: '^4.20.0',
    ...read(join(root, 'package.json')).devDependencies,
    ...ours.devDependencies,
  };
  const tfjs = /'@tensorflow\/tfjs-core': (\^\S+)/.exec(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'))![1];
  for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
    // create-hrm asks for ours as well, though only in clones, so that it knows their versions once it is published.
    const expected = name.startsWith('@tensorflow/') ? tfjs : name.startsWith('@hrm/') ? 'workspace:^' : tested[name];
    expect(range, name).toBe(expected);
    if (name.startsWith('@hrm/')) expect(ours.devDependencies, name).toHaveProperty([name], 'workspace:^');
  }
});

test.for(names)('%s has a README of one screen, and a test by a conformance kit', (template) => {
  const folder = join(own, 'templates', template);
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  expect(readme.split('\n').length).toBeLessThan(40);
  for (const [, file] of readme.matchAll(/^\| `([^`]+)`/gm)) expect(existsSync(join(folder, file!)), file).toBe(true);
  for (const [, script] of readme.matchAll(/npm run (\w+)/g))
    expect(manifestOf(template).scripts).toHaveProperty(script!);
  const [test] = readdirSync(join(folder, 'test'));
  expect(readFileSync(join(folder, 'test', test!), 'utf8')).toMatch(
    /^import \{ describe\w+ \} from '@hrm\/\w+\/testing'/m,
  );
});
