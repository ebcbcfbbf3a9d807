import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { faultsOf } from '../src/check-site';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hrm-site-'));
  mkdirSync(join(folder, 'guides'));
  writeFileSync(join(folder, 'index.html'), '<h1 id="top">Home</h1>');
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
});
afterEach(() => rmSync(folder, { recursive: true }));

const faultsOfPage = (html: string) => {
  writeFileSync(join(folder, 'guides/page.html'), html);
  return faultsOf(folder, '/hrm/');
};

it('accepts links to pages, files and anchors that exist', () => {
  const links = ['/hrm/', '/hrm/#top', '/hrm/guides/page', '../#top', 'page#here', '#here', '/hrm/icon.svg'];
  const others = ['https://example.org', 'mailto:a@example.org'];
  const html = [...links, ...others].map((href) => `<a class="x" href="${href}">x</a>`).join('');
  expect(faultsOfPage(`<h2 id="here">Here</h2>${html}<img src="/hrm/icon.svg">`)).toEqual([]);
});

it.each(['/hrm/none', '/hrm/#none', '/elsewhere/', '#none', '../none.png', '/hrm/guides/'])('reports %s', (href) => {
  expect(faultsOfPage(`<a class="x" href="${href}">x</a>`)).toEqual([
    `guides/page.html: the link ${href} leads nowhere`,
  ]);
});

it.each([
  '<script defer src="https://cdn.example.org/x.js"></script>',
  '<img alt="" src="//example.org/x.png">',
  '<link rel="stylesheet" href="https://example.org/x.css">',
  '<link rel="preload stylesheet" href="https://example.org/x.css">',
  '<iframe src="https://example.org"></iframe>',
])('reports what a page loads from elsewhere: %s', (html) => {
  expect(faultsOfPage(html).filter((fault) => fault.includes('loads from elsewhere'))).toHaveLength(1);
});

it('reports a style that loads from elsewhere', () => {
  writeFileSync(join(folder, 'style.css'), '@font-face { src: url("https://example.org/x.woff2") }');
  expect(faultsOf(folder, '/hrm/')).toEqual(['style.css: loads from elsewhere']);
});
