import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileFormatError } from '@hrm/models';
import { describe, expect, test } from 'vitest';
import { CheckpointStore, type CheckpointStoreOptions } from '../../src/checkpoint/checkpoint-store';
import { nodeFileSystem } from '../../src/checkpoint/file-system';
import { FailingFileSystem } from './failing-file-system';
import { smallCheckpoint, temporaryFolder } from './small-checkpoint';

/** A store in a new run folder, with what it warns of. */
async function openStore(run = temporaryFolder(), options: CheckpointStoreOptions = {}) {
  const warnings: string[] = [];
  const store = await CheckpointStore.open(run, { onWarning: (message) => warnings.push(message), ...options });
  const save = async (...steps: readonly (number | readonly [step: number, metric: number])[]) => {
    for (const item of steps)
      await store.save(typeof item === 'number' ? smallCheckpoint(item) : smallCheckpoint(...item));
  };
  return { run, store, save, warnings };
}

const pathOf = (run: string, step: number) => join(run, 'checkpoints', `checkpoint-${String(step).padStart(8, '0')}`);
const damage = (run: string, step: number) => truncateSync(join(pathOf(run, step), 'weights.safetensors'), 5);

describe('what stays', () => {
  test('the newest two, by default', async () => {
    const { store, save } = await openStore();
    await save(10, 20, 30, 40);
    expect(await store.steps()).toEqual([40, 30]);
  });

  test.each([1, 3])('the newest %i, when asked', async (keepNewest) => {
    const { store, save } = await openStore(undefined, { keepNewest });
    await save(10, 20, 30, 40, 50);
    expect(await store.steps()).toEqual([50, 40, 30].slice(0, keepNewest));
  });

  test('the best besides, the newest of equals', async () => {
    const { store, save } = await openStore();
    await save([10, 0.1], [20, 0.9], [30, 0.2], [40, 0.9], [50, 0.3], 60, 70);
    expect(await store.steps()).toEqual([70, 60, 40]);
    expect((await store.best())?.step).toBe(40);
    await save([80, 1]);
    expect(await store.steps()).toEqual([80, 70]);
  });

  test('the best of a negative metric too, and of 0', async () => {
    const { store, save } = await openStore();
    await save([10, -3], [20, -1], [30, -2], [40, -5]);
    expect((await store.best())?.metric).toBe(-1);
    await save([50, 0], [60, -1], 70, 80);
    expect(await store.steps()).toEqual([80, 70, 50]);
  });

  test('not the best, when not asked', async () => {
    const { store, save } = await openStore(undefined, { keepBest: false });
    await save([10, 0.9], [20, 0.1], [30, 0.1]);
    expect(await store.steps()).toEqual([30, 20]);
  });

  test('those a store has not seen whole count for nothing', async () => {
    const { run, save } = await openStore();
    await save(10, 20);
    damage(run, 20);
    const again = await openStore(run);
    await again.save(30);
    expect(await again.store.steps()).toEqual([30, 20, 10]);
    await again.save(40);
    expect(await again.store.steps()).toEqual([40, 30]);
  });

  test('nor are they removed when one older was seen whole', async () => {
    const { run, save } = await openStore();
    await save([10, 0.9], [20, 0.1]);
    const again = await openStore(run);
    expect((await again.store.best())?.step).toBe(10);
    await again.save(30);
    expect(await again.store.steps()).toEqual([30, 20, 10]);
  });

  test('a best that is damaged does not push out the best that is whole', async () => {
    const { run, store, save } = await openStore();
    await save([10, 0.8], [20, 0.9]);
    damage(run, 20);
    expect((await store.best())?.step).toBe(10);
    await save(30, 40, 50);
    expect(await store.steps()).toEqual([50, 40, 20, 10]);
  });

  test('a best whose manifest cannot be read just now', async () => {
    const run = temporaryFolder();
    const fileSystem = new FailingFileSystem(nodeFileSystem);
    const open = fileSystem.open.bind(fileSystem);
    let isAiling = false;
    fileSystem.open = async (path, mode) => {
      if (isAiling && path.startsWith(pathOf(run, 10))) throw Object.assign(new Error('EIO'), { code: 'EIO' });
      return open(path, mode);
    };
    const { store, save } = await openStore(run, { fileSystem });
    await save([10, 0.9], 20);
    isAiling = true;
    await save(30, 40);
    expect(await store.steps()).toEqual([40, 30, 10]);
    isAiling = false;
    await save(50);
    expect(await store.steps()).toEqual([50, 40, 10]);
  });

  test('a wrong number is refused', async () => {
    await expect(openStore(undefined, { keepNewest: 0 })).rejects.toThrow(
      'keepNewest is 0; expected an integer from 1',
    );
  });
});

describe('the latest', () => {
  test('of none is nothing', async () => {
    const { store, warnings } = await openStore();
    expect(await store.latest()).toBeUndefined();
    expect(await store.best()).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  test('that is whole, with one warning of those that are not', async () => {
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

  test('of none that is whole is an error that names them all', async () => {
    const { run, store, save, warnings } = await openStore();
    await save([10, 1], 20);
    damage(run, 10);
    damage(run, 20);
    const error: unknown = await store.latest().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FileFormatError);
    expect((error as Error).message).toMatch(/no checkpoint is whole:\n.*00000020.*\n.*00000010/);
    await expect(store.best()).rejects.toThrow('no checkpoint is whole');
    expect(warnings).toEqual([]);
  });

  test('with any bit flipped anywhere falls back to the one before', async () => {
    const { run, save } = await openStore();
    await save(10, 20);
    const path = join(pathOf(run, 20), 'manifest.json');
    const bytes = readFileSync(path);
    // Each bit of every file is flipped in checkpoint.test.ts; here, some of them go through the store.
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

  test.each(['best', 'latest'] as const)('%s tells of a manifest that is damaged', async (which) => {
    const { run, store, save, warnings } = await openStore();
    await save([10, 1], [20, 2]);
    writeFileSync(join(pathOf(run, 20), 'manifest.json'), '{}');
    expect((await store[which]())?.step).toBe(10);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('the manifest is damaged');
  });
});

describe('a run that goes back', () => {
  test('sets aside what it had saved later, whole or not', async () => {
    const { run, save } = await openStore();
    await save(10, 20);
    damage(run, 20);
    const again = await openStore(run);
    expect((await again.store.latest())?.step).toBe(10);
    await again.save(15);
    expect(await again.store.steps()).toEqual([15, 10]);
    expect(readdirSync(join(run, 'checkpoints'))).toContain('set-aside-checkpoint-00000020');
    expect(again.warnings).toHaveLength(2);
    expect(again.warnings[1]).toContain('the checkpoints of later steps (20)');
    await again.save(20);
    await again.save(18);
    const aside = readdirSync(join(run, 'checkpoints')).filter((name) => name.startsWith('set-aside'));
    expect(aside.sort()).toEqual(['set-aside-checkpoint-00000020', 'set-aside-checkpoint-00000020-2']);
    expect((await again.store.latest())?.step).toBe(18);
  });
});

describe('opening', () => {
  test('makes the folders, and clears away what killed saves have left', async () => {
    const run = join(temporaryFolder(), 'run');
    const { save } = await openStore(run);
    await save(10, 20);
    const checkpoints = join(run, 'checkpoints');
    mkdirSync(join(checkpoints, '.saving-checkpoint-00000030-0a', 'deep'), { recursive: true });
    writeFileSync(join(checkpoints, '.saving-checkpoint-00000030-0a', 'deep', 'weights.safetensors'), 'x');
    mkdirSync(join(checkpoints, '.removing-checkpoint-00000001'));
    mkdirSync(join(checkpoints, '.replaced-checkpoint-00000020'));
    mkdirSync(join(checkpoints, 'mine'));
    writeFileSync(join(checkpoints, 'notes.txt'), 'mine');
    renameSync(pathOf(run, 10), join(checkpoints, '.replaced-checkpoint-00000010'));
    const { store, warnings } = await openStore(run);
    expect(readdirSync(checkpoints).sort()).toEqual([
      'checkpoint-00000010',
      'checkpoint-00000020',
      'mine',
      'notes.txt',
    ]);
    expect(await store.steps()).toEqual([20, 10]);
    expect(warnings).toEqual([]);
  });

  test('to look only changes nothing', async () => {
    const run = temporaryFolder();
    const empty = await openStore(run, { readOnly: true });
    expect(await empty.store.latest()).toBeUndefined();
    expect(readdirSync(run)).toEqual([]);
    const { save } = await openStore(run);
    await save(10);
    mkdirSync(join(run, 'checkpoints', '.saving-x'));
    const { store } = await openStore(run, { readOnly: true });
    expect((await store.latest())?.step).toBe(10);
    expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(['.saving-x', 'checkpoint-00000010']);
    await expect(store.save(smallCheckpoint(20))).rejects.toThrow('opened read-only');
  });

  test('takes no other name for a checkpoint', async () => {
    const { run, store } = await openStore();
    for (const name of [
      'checkpoint-1',
      'checkpoint-0000000x',
      'checkpoint-00000001-2',
      'checkpoint-000000010',
      'Checkpoint-00000001',
    ]) {
      // prettier-ignore
      mkdirSync(join(run, 'checkpoints', name));
    }
    writeFileSync(join(run, 'checkpoints', 'checkpoint-00000005'), 'a file');
    expect(await store.steps()).toEqual([]);
    mkdirSync(join(run, 'checkpoints', 'checkpoint-123456789'));
    expect(await store.steps()).toEqual([123456789]);
  });
});

test('old checkpoints that cannot be removed are told of, and saving goes on', async () => {
  const fileSystem = new FailingFileSystem(nodeFileSystem);
  const { store, save, warnings } = await openStore(undefined, { fileSystem });
  await save(10, 20);
  fileSystem.removeFile = async () => {
    throw Object.assign(new Error('EACCES: not yours'), { code: 'EACCES' });
  };
  await save(30);
  expect(await store.steps()).toEqual([30, 20]);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^saved .*checkpoint-00000030, but older checkpoints could not be removed: EACCES/);
});

test('what could not be removed once does not stand in the way later', async () => {
  const fileSystem = new FailingFileSystem(nodeFileSystem);
  const { removeFile } = fileSystem;
  const { store, save } = await openStore(undefined, { fileSystem });
  const names = async () => (await fileSystem.list(store.folder)).map(({ name }) => name).sort();
  await save(10);
  fileSystem.removeFile = async () => {
    throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
  };
  await save(10);
  expect(await names()).toEqual(['.replaced-checkpoint-00000010', 'checkpoint-00000010']);
  fileSystem.removeFile = removeFile;
  await save(10, 20);
  expect(await names()).toEqual(['checkpoint-00000010', 'checkpoint-00000020']);
  fileSystem.removeFile = async () => {
    throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
  };
  await save(30);
  expect(await names()).toEqual(['.removing-checkpoint-00000010', 'checkpoint-00000020', 'checkpoint-00000030']);
  fileSystem.removeFile = removeFile;
  await save(10, 20, 30);
  expect(await store.steps()).toEqual([30, 20]);
  expect((await names()).filter((name) => name.startsWith('.'))).toEqual([]);
});
