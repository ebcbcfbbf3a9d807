import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createFile, type FileSystem, nodeFileSystem, replaceFile, writeFully, writeNewFile, writeWhole } from '@hrm/files/node'; // prettier-ignore
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

test('an error of a full disk names the file', async () => {
  const path = join(temporaryFolder(), 'config.json');
  for (const write of [replaceFile, createFile]) {
    // After the look at the name, and the opening.
    const fileSystem = new FailingFileSystem(nodeFileSystem, 'ENOSPC', 2);
    const error = await write(path, Uint8Array.of(1), { fileSystem }).catch((thrown: unknown) => thrown);
    expect(fileSystem.calls[2]).toBe('write');
    expect(error).toMatchObject({
      code: 'ENOSPC',
      message: expect.stringContaining(`${path} was not written: `) as string,
    });
  }
});

test('a file is written in parts', async () => {
  const path = join(temporaryFolder(), 'parts.bin');
  const parts = function* () {
    for (let part = 0; part < 3; part++) yield new Uint8Array(3 * 2 ** 20 * part + 1).fill(part);
  };
  const sha256 = await writeNewFile(nodeFileSystem, path, parts());
  const whole = Buffer.concat([...parts()]);
  expect(readFileSync(path).equals(whole)).toBe(true);
  expect(await writeNewFile(nodeFileSystem, `${path}.whole`, new Uint8Array(whole))).toBe(sha256);
  const wrong = function* () {
    yield 'text' as unknown as Uint8Array;
  };
  await expect(writeNewFile(nodeFileSystem, `${path}.wrong`, wrong())).rejects.toThrow(/was given the string "text"/);
});

const notBytes: [what: string, given: unknown, expected: RegExp][] = [
  ['text', 'text', /was given the string "text"; expected a Uint8Array.*TextEncoder/],
  ['a number', 5, /was given the number 5; expected a Uint8Array/],
  ['nothing', undefined, /was given undefined; expected a Uint8Array/],
  ['an array', [1, 2], /was given an Array; expected a Uint8Array.*Uint8Array\.from/],
  ['an ArrayBuffer', new ArrayBuffer(2), /was given an ArrayBuffer; expected a Uint8Array.*new Uint8Array\(buffer\)/],
  ['another typed array', Float32Array.of(1), /was given a Float32Array; expected a Uint8Array.*byteOffset/],
];

test.each(notBytes)('%s is not written as bytes, and nothing is touched', async (_, given, expected) => {
  const folder = temporaryFolder();
  const path = join(folder, 'old.txt');
  writeFileSync(path, 'old');
  const fileSystem = new FailingFileSystem(nodeFileSystem);
  const bytes = given as Uint8Array;
  const open = { write: async () => 0 } as unknown as Awaited<ReturnType<FileSystem['open']>>;
  const calls: Record<string, () => Promise<unknown>> = {
    replaceFile: () => replaceFile(path, bytes, { fileSystem }),
    createFile: () => createFile(join(folder, 'new.txt'), bytes, { fileSystem }),
    writeNewFile: () => writeNewFile(fileSystem, join(folder, 'new.txt'), bytes),
    writeFully: () => writeFully(open, bytes, 0),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error, name).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(expected);
    expect((error as Error).message).toMatch(new RegExp(`^${name} was given`));
  }
  const whole = writeWhole(path, bytes as never);
  await expect(whole).rejects.toThrow(/^writeWhole was given .*; expected an object with a function `write`/);
  await expect(whole).rejects.toBeInstanceOf(TypeError);
  expect(fileSystem.calls).toEqual([]);
  expect(readdirSync(folder)).toEqual(['old.txt']);
  expect(readFileSync(path, 'utf8')).toBe('old');
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
