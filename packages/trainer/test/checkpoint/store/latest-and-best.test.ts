import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileFormatError } from '@hrm/files';
import { type FileSystem, nodeFileSystem } from '@hrm/files/node';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../../files/test/node/temporary-folder';
import { smallCheckpoint } from '../small-checkpoint';
import { damage, openStore, pathOf, systemError } from './open-store';

describe('the latest checkpoint', () => {
  test('is undefined when there is none, as is the best', async () => {
    const { store, warnings } = await openStore();
    expect(await store.latest()).toBeUndefined();
    expect(await store.best()).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  test('is the newest undamaged one, with one warning about the damaged ones', async () => {
    const { run, store, save, warnings } = await openStore(undefined, { keepNewest: 4 });
    await save(10, 20, 30, 40);
    damage(run, 40);
    rmSync(join(pathOf(run, 30), 'manifest.json'));
    const latest = await store.latest();
    expect(latest).toEqual({ ...smallCheckpoint(20), path: pathOf(run, 20) });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('using the checkpoint of step 20');
    expect(warnings[0]).toMatch(/checkpoint-00000040.*bytes long/);
    expect(warnings[0]).toMatch(/checkpoint-00000030.*cannot be read/);
  });

  test('is an error that names them all when all are damaged', async () => {
    const { run, store, save, warnings } = await openStore();
    await save([10, 1], 20);
    damage(run, 10);
    damage(run, 20);
    const error: unknown = await store.latest().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FileFormatError);
    expect((error as Error).message).toMatch(/all checkpoints are damaged:\n.*00000020.*\n.*00000010/);
    await expect(store.best()).rejects.toThrow('all checkpoints are damaged');
    expect(warnings).toEqual([]);
  });

  test('is the one before, when any bit of its manifest is flipped', async () => {
    const { run, save } = await openStore();
    await save(10, 20);
    const path = join(pathOf(run, 20), 'manifest.json');
    const bytes = readFileSync(path);
    // checkpoint.test.ts flips each bit of every file; this test flips some of them and reads through the store.
    for (let bit = 0; bit < 8 * bytes.length; bit += 41) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(path, bytes);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const { store, warnings } = await openStore(run, {});
      expect((await store.latest())?.step).toBe(10);
      expect(warnings).toHaveLength(1);
    }
  });

  test('is read in part when asked', async () => {
    const { store, save } = await openStore();
    await save([10, 1]);
    expect(Object.keys((await store.latest({ only: ['weights'] }))!.files)).toEqual(['weights']);
    expect(Object.keys((await store.best({ only: ['carry'] }))!.files)).toEqual(['carry']);
  });

  test.each(['best', 'latest'] as const)(
    '%s warns of a damaged manifest and reads the other checkpoint',
    async (which) => {
      const { run, store, save, warnings } = await openStore();
      await save([10, 1], [20, 2]);
      writeFileSync(join(pathOf(run, 20), 'manifest.json'), '{}');
      expect((await store[which]())?.step).toBe(10);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain('the manifest is damaged');
    },
  );
});

describe.each(['EIO', 'EACCES', 'EMFILE', 'ENOMEM', undefined])('a disk that fails with %s', (code) => {
  /** A store of steps 10 and 20, whose newest cannot be read now. */
  async function openFailing() {
    const run = temporaryFolder();
    const first = await openStore(run);
    await first.save([10, 0.1], [20, 0.2]);
    const error = code === undefined ? new RangeError('Array buffer allocation failed') : systemError(code);
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      open: async (path, mode) => {
        if (path.startsWith(pathOf(run, 20))) throw error;
        return nodeFileSystem.open(path, mode);
      },
    };
    return openStore(run, { fileSystem });
  }

  test.each(['latest', 'best'] as const)('ends the search for the %s; nothing older is taken', async (which) => {
    const { run, store, warnings } = await openFailing();
    await expect(store[which]()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/checkpoint-00000020.manifest.json: it cannot be read now/) as string,
    });
    expect(warnings).toEqual([]);
    expect((await (await openStore(run)).store[which]())?.step).toBe(20);
  });
});
