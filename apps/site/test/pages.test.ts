import { readdirSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { changelog } from '../src/changelog';
import { githubAnchor } from '../src/github-anchor';
import { guideSidebar } from '../src/guide-sidebar';
import { pageOf } from '../src/page-addresses';
import { siteLink } from '../src/relative-links';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const files = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');

it('gives every page a file and every file of documentation a page', () => {
  expect(pageOf('packages/layers/README.md')).toBe('packages/layers.md');
  expect(pageOf('docs/guides/layer.md')).toBe('guides/layer.md');
  expect(pageOf('docs/api/README.md')).toBe('api/index.md');
  expect(pageOf('packages/weights/files/maze.md')).toBe('packages/weights/maze.md');
  for (const other of ['apps/laboratory/held-out/README.md', 'packages/act/src/index.ts', 'docs/playground/a.png']) {
    expect(pageOf(other), other).toBeUndefined();
  }
});

it('lists every page of docs/ in the sidebar', () => {
  const listed = guideSidebar.flatMap(({ items }) => items.map(({ link }) => link.replace(/\/$/, '/index')));
  const pages = files.filter((file) => file.startsWith('docs/')).map((file) => `/${pageOf(file)!.slice(0, -3)}`);
  const missing = pages.filter((page) => page !== '/index' && !listed.includes(page));
  expect(missing, 'add these to apps/site/src/guide-sidebar.ts').toEqual([]);
});

it('has a page for every package, which the list of packages links to', () => {
  const list = readFileSync(join(root, 'docs/packages/README.md'), 'utf8');
  for (const name of readdirSync(join(root, 'packages'))) expect(list).toContain(`packages/${name}/README.md)`);
});

it('turns links for GitHub into links of the site, and other files into links to GitHub', () => {
  const from = (href: string) => siteLink(root, 'docs/guides/layer.md', href);
  expect(from('../config.md#model')).toBe('/config.md#model');
  expect(from('../../packages/layers')).toBe('/packages/layers.md');
  expect(from('../../examples/by-hand.ts')).toBe('https://github.com/hrm-ts/hrm/blob/main/examples/by-hand.ts');
  expect(from('../../examples/browser-worker')).toBe('https://github.com/hrm-ts/hrm/tree/main/examples/browser-worker');
  expect(from('#top')).toBe('#top');
  expect(from('https://example.org')).toBe('https://example.org');
  expect(() => from('none.md')).toThrow('docs/guides/layer.md: the link none.md leads to no file');
});

it('names anchors as GitHub does', () => {
  expect(githubAnchor('`"kind": "sudoku"`')).toBe('kind-sudoku');
  expect(githubAnchor('5. When to stop: ACT, line by line')).toBe('5-when-to-stop-act-line-by-line');
  expect(githubAnchor('`model.schedule`')).toBe('modelschedule');
});

it('has every change that is not released in the changelog', () => {
  const page = changelog(root);
  expect(page).toContain('### @hrm/layers');
  const changes = files.filter((file) => /^\.changeset\/(?!README)/.test(file));
  expect(changes.length).toBeGreaterThan(0);
  for (const file of changes) {
    const text = readFileSync(join(root, file), 'utf8').split('---\n').at(-1)!.trim().split('\n')[0]!;
    expect(page, file).toContain(text);
  }
});
