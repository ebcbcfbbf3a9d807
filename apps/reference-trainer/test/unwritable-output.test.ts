import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { expectNoFile } from '../src/files/expect-no-file';
import { useEmptyFolder } from './use-empty-folder';

// Root may write everywhere, so the answer of the system is replaced.
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  const access: typeof fs.access = async (path, mode) => {
    if (path === 'shut') throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
    return fs.access(path, mode);
  };
  return { ...fs, access };
});

useEmptyFolder('unwritable-output');

it('an output in a folder that cannot be written is refused before any work is done', async () => {
  mkdirSync('shut');
  mkdirSync('open');
  await expectNoFile(join('open', 'drawing.svg'), '--svg');
  await expect(expectNoFile(join('shut', 'drawing.svg'), '--svg')).rejects.toThrow(
    '--svg: the folder shut cannot be written; choose another one',
  );
});
