import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../../files/test/node/temporary-folder';
import { smallCheckpoint } from '../small-checkpoint';
import { openStore, pathOf } from './open-store';

describe('opening a store', () => {
  test('creates the folders, and removes the leftovers of killed saves', async () => {
    const run = join(temporaryFolder(), 'run');
    const { save } = await openStore(run);
    await save(10, 20);
    const checkpoints = join(run, 'checkpoints');
    mkdirSync(join(checkpoints, '.saving-checkpoint-00000030-0a'));
    writeFileSync(join(checkpoints, '.saving-checkpoint-00000030-0a', 'weights.safetensors'), 'x');
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

  test('read-only changes nothing on disk', async () => {
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

  test('takes only folders with the exact name for checkpoints', async () => {
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
