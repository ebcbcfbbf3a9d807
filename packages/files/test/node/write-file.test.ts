import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createFile, type FileSystem, nodeFileSystem, replaceFile } from '@hrm/files/node';
import { describe, expect, test } from 'vitest';
import { FailingFileSystem, failures } from './failing-file-system';
import { picker, SimulatedDisk } from './simulated-disk';
import { temporaryFolder } from './temporary-folder';

test('a file is replaced whole', async () => {
  const path = join(temporaryFolder(), 'config.json');
  await replaceFile(path, new TextEncoder().encode('one'));
  await replaceFile(path, new TextEncoder().encode('two'));
  expect(readFileSync(path, 'utf8')).toBe('two');
  await expect(replaceFile(join(path, 'x'), new Uint8Array())).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test('only a plain file is replaced', async () => {
  const folder = temporaryFolder();
  const target = join(folder, 'thesis.txt');
  writeFileSync(target, 'mine');
  symlinkSync(target, join(folder, 'link.json'));
  symlinkSync('/nowhere', join(folder, 'dangling.json'));
  mkdirSync(join(folder, 'folder.json'));
  for (const name of ['link', 'dangling', 'folder']) {
    const path = join(folder, `${name}.json`);
    await expect(replaceFile(path, new Uint8Array())).rejects.toThrow(/(link|dangling)\.json: it is a symbolic link|folder\.json: it is a folder/); // prettier-ignore
  }
  expect(readFileSync(target, 'utf8')).toBe('mine');
  expect(readdirSync(folder).sort()).toEqual(['dangling.json', 'folder.json', 'link.json', 'thesis.txt']);
});

describe.each(['with', 'without'])('a new file, on a file system %s hard links', (which) => {
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    ...(which === 'without' && {
      addName: async () => Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' })),
    }),
  };

  test('is written whole and replaces nothing', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'model.safetensors');
    const make = () => createFile(path, Uint8Array.of(1, 2), { fileSystem });
    await make();
    expect([...readFileSync(path)]).toEqual([1, 2]);
    expect(lstatSync(path).nlink).toBe(1);
    await expect(make()).rejects.toMatchObject({
      code: 'EEXIST',
      message: `${path} already exists; choose another name`,
    });
    symlinkSync('/nowhere', join(folder, 'dangling'));
    await expect(createFile(join(folder, 'dangling'), Uint8Array.of(1), { fileSystem })).rejects.toMatchObject({
      code: 'EEXIST',
    });
    expect(readdirSync(folder).sort()).toEqual(['dangling', 'model.safetensors']);
  });
});

test('of several that create the same file, one succeeds and the file is whole', async () => {
  const path = join(temporaryFolder(), 'model.safetensors');
  const makers = Array.from({ length: 20 }, (_, i) => createFile(path, new Uint8Array(1000).fill(i)).then(() => i));
  const made = (await Promise.allSettled(makers)).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(made).toHaveLength(1);
  expect(new Set(readFileSync(path))).toEqual(new Set(made));
  expect(readdirSync(dirname(path))).toEqual(['model.safetensors']);
});

describe('a file written whole', () => {
  const text = (content: string) => new TextEncoder().encode(content);

  async function contentOf(disk: SimulatedDisk): Promise<string> {
    const file = await disk.open('/config.json', 'read');
    const bytes = new Uint8Array(await file.size());
    await file.read(bytes, 0);
    return new TextDecoder().decode(bytes);
  }

  test.each(failures)('is the old or the new one after %s of any call, or a power failure then', async (failure) => {
    for (let failAt = 0; failAt < 6; failAt++) {
      for (const seed of [0, 1, 2, 3, 4]) {
        const disk = new SimulatedDisk();
        await replaceFile('/config.json', text('old content'), { fileSystem: disk });
        const fileSystem = new FailingFileSystem(disk, failure, failAt);
        const succeeded = await replaceFile('/config.json', text('new'), { fileSystem }).then(
          () => true,
          () => false,
        );
        const left = seed === 0 ? disk : disk.afterPowerFailure(picker(seed + 10 * failAt));
        const content = await contentOf(left);
        expect(succeeded ? ['new'] : ['old content', 'new'], `${failure} at ${failAt}`).toContain(content);
        if (failure !== 'kill' && failure !== 'kill after') expect(await disk.list('/')).toHaveLength(1);
      }
    }
  });
});
