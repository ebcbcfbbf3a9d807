import { nodeFileSystem } from '@hrm/files/node';
import { describe, expect, test } from 'vitest';
import { FailingFileSystem } from '../../../../files/test/node/failing-file-system';
import { temporaryFolder } from '../../../../files/test/node/temporary-folder';
import { damage, openStore, pathOf, systemError } from './open-store';

describe('after a save the store keeps', () => {
  test('the newest two, by default', async () => {
    const { store, save } = await openStore();
    await save(10, 20, 30, 40);
    expect(await store.steps()).toEqual([40, 30]);
  });

  test.each([1, 3])('the newest ones, as many as keepNewest says: %i', async (keepNewest) => {
    const { store, save } = await openStore(undefined, { keepNewest });
    await save(10, 20, 30, 40, 50);
    expect(await store.steps()).toEqual([50, 40, 30].slice(0, keepNewest));
  });

  test('the best as well, and of equal ones the newest', async () => {
    const { store, save } = await openStore();
    await save([10, 0.1], [20, 0.9], [30, 0.2], [40, 0.9], [50, 0.3], 60, 70);
    expect(await store.steps()).toEqual([70, 60, 40]);
    expect((await store.best())?.step).toBe(40);
    await save([80, 1]);
    expect(await store.steps()).toEqual([80, 70]);
  });

  test('the best by metrics recorded after saving', async () => {
    const { store, save } = await openStore();
    await save([10, 0.5], 20, 30);
    expect(await store.steps()).toEqual([30, 20, 10]);
    await store.recordMetric(30, { metric: 0.7, state: { evaluated: true } });
    expect(await store.steps()).toEqual([30, 20]);
    expect(await store.best()).toMatchObject({ step: 30, metric: 0.7, state: { evaluated: true } });
    await expect(store.recordMetric(10, { metric: 1, state: null })).rejects.toThrow('it cannot be read');
    await expect(store.recordMetric(30, { metric: Number.NaN, state: null })).rejects.toThrow('the metric is NaN');
  });

  test('the best of a negative metric too, and of 0', async () => {
    const { store, save } = await openStore();
    await save([10, -3], [20, -1], [30, -2], [40, -5]);
    expect((await store.best())?.metric).toBe(-1);
    await save([50, 0], [60, -1], 70, 80);
    expect(await store.steps()).toEqual([80, 70, 50]);
  });

  test('not the best, with keepBest false', async () => {
    const { store, save } = await openStore(undefined, { keepBest: false });
    await save([10, 0.9], [20, 0.1], [30, 0.1]);
    expect(await store.steps()).toEqual([30, 20]);
  });

  test('the newest that it has written or read whole, and does not count the others', async () => {
    const { run, save } = await openStore();
    await save(10, 20);
    damage(run, 20);
    const again = await openStore(run);
    await again.save(30);
    expect(await again.store.steps()).toEqual([30, 20, 10]);
    await again.save(40);
    expect(await again.store.steps()).toEqual([40, 30]);
  });

  test('newer ones that it has not read, when it has read only an older one', async () => {
    const { run, save } = await openStore();
    await save([10, 0.9], [20, 0.1]);
    const again = await openStore(run);
    expect((await again.store.best())?.step).toBe(10);
    await again.save(30);
    expect(await again.store.steps()).toEqual([30, 20, 10]);
  });

  test('the best undamaged one, although a damaged one has a higher metric', async () => {
    const { run, store, save } = await openStore();
    await save([10, 0.8], [20, 0.9]);
    damage(run, 20);
    expect((await store.best())?.step).toBe(10);
    await save(30, 40, 50);
    expect(await store.steps()).toEqual([50, 40, 20, 10]);
  });

  test('one whose manifest cannot be read now, because it may be the best', async () => {
    const run = temporaryFolder();
    const fileSystem = new FailingFileSystem(nodeFileSystem);
    const open = fileSystem.open.bind(fileSystem);
    let isAiling = false;
    fileSystem.open = async (path, mode) => {
      if (isAiling && path.startsWith(pathOf(run, 10))) throw systemError('EIO');
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

  test('at least one: keepNewest 0 is refused', async () => {
    await expect(openStore(undefined, { keepNewest: 0 })).rejects.toThrow(
      'keepNewest is 0; expected an integer from 1',
    );
  });
});

describe('a checkpoint that is no longer kept', () => {
  test('causes a warning when it cannot be removed, and saving goes on', async () => {
    const fileSystem = new FailingFileSystem(nodeFileSystem);
    const { store, save, warnings } = await openStore(undefined, { fileSystem });
    await save(10, 20);
    fileSystem.removeFile = () => Promise.reject(systemError('EACCES', 'EACCES: not yours'));
    await save(30);
    expect(await store.steps()).toEqual([30, 20]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^saved .*checkpoint-00000030, but older checkpoints could not be removed: EACCES/);
  });

  test('is removed later when it could not be removed at once', async () => {
    const fileSystem = new FailingFileSystem(nodeFileSystem);
    const { removeFile } = fileSystem;
    const { store, save } = await openStore(undefined, { fileSystem });
    const names = async () => (await fileSystem.list(store.folder)).map(({ name }) => name).sort();
    await save(10);
    fileSystem.removeFile = () => Promise.reject(systemError('EACCES'));
    await save(10);
    expect(await names()).toEqual(['.replaced-checkpoint-00000010', 'checkpoint-00000010']);
    fileSystem.removeFile = removeFile;
    await save(10, 20);
    expect(await names()).toEqual(['checkpoint-00000010', 'checkpoint-00000020']);
    fileSystem.removeFile = () => Promise.reject(systemError('EACCES'));
    await save(30);
    expect(await names()).toEqual(['.removing-checkpoint-00000010', 'checkpoint-00000020', 'checkpoint-00000030']);
    fileSystem.removeFile = removeFile;
    await save(10, 20, 30);
    expect(await store.steps()).toEqual([30, 20]);
    expect((await names()).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
