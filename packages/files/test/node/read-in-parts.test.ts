import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFileSystem, readWholeFile } from '@hrm/files/node';
import { expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder';

test('a file is read in parts, because Node aborts when it is asked for 2 GiB at once', async () => {
  const path = join(temporaryFolder(), 'large.bin');
  const content = Uint8Array.from({ length: 9 * 2 ** 20 }, (_, index) => index >> 12);
  await writeFile(path, content);
  const asked: number[] = [];
  const open = async () => {
    const file = await nodeFileSystem.open(path, 'read');
    const read = (bytes: Uint8Array, position: number) => (asked.push(bytes.length), file.read(bytes, position));
    return { ...file, size: () => file.size(), close: () => file.close(), read };
  };
  const bytes = await readWholeFile({ open }, path, 2 ** 30);
  expect(Buffer.compare(bytes, content)).toBe(0);
  expect(Math.max(...asked)).toBe(4 * 2 ** 20);
});
