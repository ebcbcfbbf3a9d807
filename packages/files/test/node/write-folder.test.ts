import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileFormatError } from '@hrm/files';
import { expectReplaceableFolder, type FileSystem, wholeFolder, writeFolder } from '@hrm/files/node';
import { describe, expect, test } from 'vitest';
import { FailingFileSystem, failures } from './failing-file-system';
import { picker, SimulatedDisk } from './simulated-disk';
import { temporaryFolder } from './temporary-folder';

const contents = { isOurs: (name: string) => name.endsWith('.npy'), what: 'a data set' };
const older = { 'inputs.npy': 'old inputs', 'labels.npy': 'old labels' };
const newer = { 'inputs.npy': 'new', 'groups.npy': 'new groups' };

const write = (files: Record<string, string>, fileSystem?: FileSystem, path = '/train') => {
  const bytes = Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)] as const);
  return writeFolder(path, bytes, { ...contents, ...(fileSystem && { fileSystem }) });
};

/** What a reader sees. */
async function read(disk: FileSystem): Promise<Record<string, string>> {
  const folder = await wholeFolder('/train', disk);
  const found: [string, string][] = [];
  for (const { name } of await disk.list(folder)) {
    const file = await disk.open(`${folder}/${name}`, 'read');
    const bytes = new Uint8Array(await file.size());
    await file.read(bytes, 0);
    found.push([name, new TextDecoder().decode(bytes)]);
  }
  return Object.fromEntries(found);
}

describe('a folder written whole', () => {
  test.each(failures)('is the old or the new one after %s of any call, or a power failure then', async (failure) => {
    const count = new FailingFileSystem(new SimulatedDisk());
    await write(older, count.inner);
    await write(newer, count);
    let olds = 0;
    for (let failAt = 0; failAt < count.calls.length; failAt++) {
      for (const seed of [0, 1, 2, 3, 4]) {
        const disk = new SimulatedDisk();
        await write(older, disk);
        const succeeded = await write(newer, new FailingFileSystem(disk, failure, failAt)).then(
          () => true,
          () => false,
        );
        const left = seed === 0 ? disk : disk.afterPowerFailure(picker(seed + 10 * failAt));
        const what = `${failure} at ${failAt} (${count.calls[failAt]}), ${seed}`;
        const found = await read(left);
        expect(succeeded ? [newer] : [older, newer], what).toContainEqual(found);
        if (found['inputs.npy'] === 'old inputs') olds++;
        // The next write succeeds, and leaves no old folder behind.
        await write(older, left);
        expect(await read(left), what).toEqual(older);
        expect((await left.list('/')).map(({ name }) => name).filter((name) => name.endsWith('.replaced'))).toEqual([]);
      }
    }
    if (failure !== 'short write') expect(olds).toBeGreaterThan(20);
  });

  test('is read from the old folder where a process was killed during the replacement', async () => {
    const disk = new SimulatedDisk();
    await write(older, disk);
    await disk.rename('/train', '/.train.replaced');
    expect(await read(disk)).toEqual(older);
    await write(newer, disk);
    expect(await read(disk)).toEqual(newer);
    expect((await disk.list('/')).map(({ name }) => name)).toEqual(['train']);
  });

  test.each<[string, (path: string) => void, string]>([
    ['a link', (path) => symlinkSync('.', path), 'it is a symbolic link'],
    ['a file', (path) => writeFileSync(path, ''), 'it is not a folder'],
    ['a folder with another file in it', (path) => (mkdirSync(path), writeFileSync(join(path, 'thesis.txt'), '')), 'it holds "thesis.txt"'], // prettier-ignore
    ['a folder with a folder in it', (path) => mkdirSync(join(path, 'x.npy'), { recursive: true }), 'it holds "x.npy"'],
  ])('is not put in the place of %s', async (_, prepare, problem) => {
    const folder = temporaryFolder();
    for (const name of ['train', '.train.replaced']) {
      prepare(join(folder, name));
      const before = readdirSync(folder, { recursive: true });
      const path = join(folder, 'train');
      await expect(expectReplaceableFolder(path, contents)).rejects.toThrow(FileFormatError);
      await expect(write(newer, undefined, path)).rejects.toMatchObject({ problem, path: join(folder, name) });
      await expect(write(newer, undefined, path)).rejects.toThrow('expected a data set; nothing else is replaced');
      expect(readdirSync(folder, { recursive: true })).toEqual(before);
      rmSync(join(folder, name), { recursive: true });
    }
  });
});
