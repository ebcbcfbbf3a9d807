import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileFormatError } from '@hrm/files';
import { nodeFileSystem, openRegularFile, readRegularFile, readRegularFileSync, readWholeFile } from '@hrm/files/node';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder';

describe.each<[string, (path: string, maxBytes?: number) => Promise<Uint8Array>]>([
  ['readRegularFile', (path, maxBytes) => readRegularFile(path, { maxBytes })],
  ['readRegularFileSync', async (path, maxBytes) => readRegularFileSync(path, { maxBytes })],
  [
    'openRegularFile',
    async (path, maxBytes) => {
      const file = await openRegularFile(path, { maxBytes });
      return file.readFile().finally(() => file.close());
    },
  ],
])('%s', (name, read) => {
  // prettier-ignore
  test('reads a file up to its limit, and follows a link', async () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'four');
    symlinkSync(path, `${path}-link`);
    for (const place of [path, `${path}-link`]) expect(Buffer.from(await read(place, 4)).toString()).toBe('four');
    expect(Buffer.from(await read(path)).toString()).toBe('four');
    await expect(read(path, 3)).rejects.toThrow(`${path}: the file is 4 bytes long; expected at most 3`);
    await expect(read(path, 3)).rejects.toThrow(FileFormatError);
  });

  test('refuses a folder, and at once a pipe without a writer', async () => {
    const path = join(temporaryFolder(), 'x');
    mkdirSync(`${path}-folder`);
    execFileSync('mkfifo', [`${path}-pipe`]);
    for (const kind of ['folder', 'pipe']) {
      const error = read(`${path}-${kind}`);
      await expect(error).rejects.toThrow(`${path}-${kind}: it is a folder, pipe or device; expected a file`);
    }
  });

  test('says which file is missing', async () => {
    const path = join(temporaryFolder(), 'missing');
    await expect(read(path)).rejects.toThrow(/ENOENT.*missing/);
    if (name === 'readRegularFile') await expect(read(path)).rejects.toThrow(FileFormatError);
  });
});

test('readWholeFile follows no link', async () => {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, 'four');
  symlinkSync(path, `${path}-link`);
  expect(await readWholeFile(nodeFileSystem, path, 4)).toHaveLength(4);
  await expect(readWholeFile(nodeFileSystem, `${path}-link`, 4)).rejects.toThrow(
    /file-link: it cannot be read \(ELOOP/,
  );
});
