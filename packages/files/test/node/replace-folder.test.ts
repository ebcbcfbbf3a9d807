import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { replaceFolder } from '@hrm/files/node';
import { expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder';

/** Writes the folder `report` with one page, always by way of the same temporary folder. */
function report(out: string) {
  const temporary = join(out, '.report.saving');
  const removed: string[] = [];
  const write = (page: string, { before = async () => {}, by = temporary } = {}) =>
    replaceFolder(join(out, 'report'), {
      temporary: by,
      aside: join(out, '.report.replaced'),
      fill: async (folder) => {
        await writeFile(join(folder, 'half.html'), page);
        await before();
        await writeFile(join(folder, 'page.html'), page);
      },
      remove: async (folder) => {
        removed.push(basename(folder));
        await rm(folder, { recursive: true, force: true });
      },
    });
  return { write, temporary, removed, page: () => readFileSync(join(out, 'report', 'page.html'), 'utf8') };
}

test('the leftover of a killed process at the temporary path is removed, and nothing next to it', async () => {
  const out = temporaryFolder();
  const { write, temporary, page } = report(out);
  mkdirSync(temporary);
  writeFileSync(join(temporary, 'left.html'), 'half');
  mkdirSync(`${temporary}-2`);
  await write('new');
  expect(page()).toBe('new');
  expect(readdirSync(join(out, 'report')).sort()).toEqual(['half.html', 'page.html']);
  expect(readdirSync(out).sort()).toEqual(['.report.saving-2', 'report']);
});

test.each<[string, (path: string) => void]>([
  ['file', (path) => writeFileSync(path, 'mine')],
  ['link', (path) => symlinkSync('.', path)],
])('a %s at the temporary path is refused and stays', async (kind, prepare) => {
  const out = temporaryFolder();
  const { write, temporary, removed } = report(out);
  prepare(temporary);
  await expect(write('new')).rejects.toThrow(`${temporary} is a ${kind}; expected a folder, or nothing: move it away`);
  expect(removed).toEqual([]);
  expect(readdirSync(out)).toEqual(['.report.saving']);
});

test('a second call with the same temporary folder is refused, and the first one completes', async () => {
  const out = temporaryFolder();
  const { write, temporary, page } = report(out);
  for (const by of [temporary, relative('.', temporary), `${dirname(temporary)}/./.report.saving/`]) {
    const before = () => expect(write('second', { by })).rejects.toThrow(/another call of this process is writing/);
    await write('first', { before });
    expect(page()).toBe('first');
    expect(readdirSync(out)).toEqual(['report']);
  }
  // The path is free again, also after a failure.
  await expect(write('third', { before: () => Promise.reject(new Error('full')) })).rejects.toThrow('full');
  await write('fourth');
  expect(page()).toBe('fourth');
});
