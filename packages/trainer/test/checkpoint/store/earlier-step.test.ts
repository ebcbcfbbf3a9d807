import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FileSystem, nodeFileSystem } from '@hrm/files/node';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../../files/test/node/temporary-folder';
import { smallCheckpoint } from '../small-checkpoint';
import { damage, openStore, systemError } from './open-store';

describe('a run that was resumed from an earlier step', () => {
  test('keeps its later checkpoints unchanged when the new one cannot be saved', async () => {
    const run = temporaryFolder();
    await (await openStore(run)).save(10, 20, 30);
    const before = readdirSync(join(run, 'checkpoints')).sort();
    for (const call of ['create', 'rename'] as const) {
      const fileSystem: FileSystem = {
        ...nodeFileSystem,
        open: async (path, mode) => {
          if (mode === call) throw systemError('ENOSPC');
          return nodeFileSystem.open(path, mode);
        },
        rename: async (from, to) => {
          if (call === 'rename' && from.includes('.saving-')) throw systemError('EIO');
          return nodeFileSystem.rename(from, to);
        },
      };
      const { store, warnings } = await openStore(run, { fileSystem });
      await expect(store.save(smallCheckpoint(25))).rejects.toThrow('the checkpoint of step 25 was not saved');
      expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(before);
      expect(warnings).toEqual([]);
    }
  });

  test('sets aside its later checkpoints, damaged or not', async () => {
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
