import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { documentFences, root } from './documented-programs';
import { visitPage } from './visit-page';

// The `js` fences of the documentation are pages with a worker and the settings of Vite for them. Each names its file.
const folder = join(root, 'tests/dist/pages');

/** Documents whose pages are built here, with what each prints in its console. */
const pages = {
  'docs/guides/browser.md': /^\w+Array\(16\) \d+$/,
  'packages/runtime/README.md': /^WebAssembly on .* Float32Array\(1\)/,
};

/** Documents whose `js` fences other tests run. */
const elsewhere = ['docs/your-own-task.md', 'apps/reference-trainer/README.md'];

const fences = documentFences('js').map(({ file, source }) => {
  return { file, source, name: /^\/\/ (\S+)$/.exec(source.split('\n')[0]!)?.[1] };
});

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const file of Object.keys(pages)) {
    mkdirSync(join(folder, file), { recursive: true });
    const html = '<!doctype html><link rel="icon" href="data:," /><script type="module" src="main.js"></script>\n';
    writeFileSync(join(folder, file, 'index.html'), html);
  }
  for (const { file, name, source } of fences) {
    if (file in pages) writeFileSync(join(folder, file, name!), source);
  }
});

test('every js fence is run, here or by another test', () => {
  const known = [...Object.keys(pages), ...elsewhere];
  expect([...new Set(fences.map(({ file }) => file))].sort()).toEqual(known.sort());
});

describe.each(Object.entries(pages))('the page of %s', (file, printed) => {
  test('has a program, a worker and the settings of Vite', () => {
    const names = fences.filter((fence) => fence.file === file).map(({ name }) => name);
    expect(names.sort()).toEqual(['main.js', 'vite.config.js', 'worker.js']);
  });

  test('is built, and computes in its worker', { timeout: 180_000 }, (context) =>
    visitPage(context, join(folder, file), async (tab) => {
      const lines: string[] = [];
      tab.on('console', (message) => lines.push(message.text()));
      await tab.reload();
      await expect.poll(() => lines.at(-1), { timeout: 60_000 }).toMatch(printed);
    }),
  );
});

test('the parts of your own in the README of `hrm` are a module that gives them their names', async () => {
  const [fence] = fences.filter(({ file }) => file === 'apps/reference-trainer/README.md');
  const parts = join(folder, fence!.name!);
  mkdirSync(folder, { recursive: true });
  writeFileSync(parts, fence!.source);
  writeFileSync(join(folder, 'gated-block.mjs'), 'export const gatedBlock = (width) => `a block of width ${width}`;\n');
  const module = (await import(pathToFileURL(parts).href)) as {
    default: { blocks: { gated(options: { width: number }): unknown } };
  };
  expect(module.default.blocks.gated({ width: 2 })).toBe('a block of width 2');
  const text = readFileSync(join(root, 'apps/reference-trainer/README.md'), 'utf8');
  for (const kind of Object.keys(module.default)) expect(text).toContain(`\`${kind}\``);
});
