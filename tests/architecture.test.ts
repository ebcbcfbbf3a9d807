import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './documented-programs';

const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');

/** The folders under each name of the picture, such as `packages/layers` -> `blocks/`, `attention/`, ... */
const pictured = new Map<string, string[]>();
let current: string[] = [];
for (const line of /```\n([^]*?)```/.exec(page)![1]!.split('\n')) {
  const name = /^ {2}(@hrm|apps)\/(\S+)/.exec(line);
  if (name) pictured.set(`${name[1] === 'apps' ? 'apps' : 'packages'}/${name[2]}`, (current = []));
  else current.push(...(line.match(/\S+\/(?= |$)/g) ?? []));
}

/** The folders that hold the files of `src`, but for the test kits. */
const foldersOf = (name: string) => {
  const files = readdirSync(join(root, name, 'src'), { recursive: true, encoding: 'utf8' });
  const folders = files
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => file.split(sep).slice(0, -1).join('/') + '/');
  return [...new Set(folders)].filter((folder) => folder !== '/' && folder !== 'testing/').sort();
};

test('the picture shows every package and app, with the folders of its src', () => {
  const names = ['packages', 'apps'].flatMap((kind) => readdirSync(join(root, kind)).map((name) => `${kind}/${name}`));
  expect([...pictured.keys()].sort()).toEqual(names.sort());
  for (const name of names) expect(pictured.get(name)!.toSorted(), name).toEqual(foldersOf(name));
});

test('every place in the table of concepts exists', () => {
  const places = [...page.matchAll(/\| (?:apps\/)?([a-z-]+): (`[^|]+) \|$/gm)];
  expect(places.length).toBeGreaterThan(20);
  for (const [row, name, paths] of places) {
    const kind = row.includes('| apps/') ? 'apps' : 'packages';
    for (const [, path] of paths!.matchAll(/`([^`]+)`/g)) {
      expect(existsSync(join(root, kind, name!, 'src', path!)), `${kind}/${name}/src/${path}`).toBe(true);
    }
  }
});
