import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { publishedFolders } from '../scripts/pack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.changeset');
const manifests = (publishedFolders as string[]).map(
  (path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as { name: string; version: string },
);
const unpublished = manifests.filter(({ version }) => version === '0.0.0').map(({ name }) => name);

const firstOf = (name: string) => `first-${name.replace('@hrm/', '')}.md`;

/** The packages that a changeset names, and its text. */
function readChangeset(file: string) {
  const [, head, text] = /^---\n([^]*?)\n---\n\n([^]*)$/.exec(readFileSync(join(folder, file), 'utf8')) ?? [];
  const names = [...(head ?? '').matchAll(/^'([^']+)': (major|minor|patch)$/gm)].map(([, name]) => name!);
  return { names, text: text?.trim() ?? '' };
}

test.for(unpublished)('%s, which was never published, has its news in one changeset', (name, { expect }) => {
  expect(existsSync(join(folder, firstOf(name))), `.changeset/${firstOf(name)} is missing`).toBe(true);
  const { names, text } = readChangeset(firstOf(name));
  expect(names).toEqual([name]);
  expect(text).toMatch(/^First release: /);
  const lines = text.split('\n').filter((line) => line !== '');
  expect(lines.length).toBeGreaterThanOrEqual(3);
  expect(lines.length).toBeLessThanOrEqual(12);
});

test('changesets name packages that are published', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.md'));
  const known = manifests.map(({ name }) => name);
  for (const file of files) {
    const { names, text } = readChangeset(file);
    expect(names, file).not.toEqual([]);
    expect(
      names.filter((name) => !known.includes(name)),
      file,
    ).toEqual([]);
    expect(text, file).not.toBe('');
    // What changed before the first release is no news to anybody.
    const others = names.filter((name) => unpublished.includes(name) && file !== firstOf(name));
    expect(others, `${file}: these were never published. Tell it in their .changeset/first-*.md`).toEqual([]);
  }
});
