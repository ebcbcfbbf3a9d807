import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../../files/test/node/temporary-folder';
import { smallCheckpoint } from '../small-checkpoint';
import { openStore, pathOf } from './open-store';

describe('a file that others have put', () => {
  test('into a checkpoint does not prevent its reading or removal, and is moved aside', async () => {
    const { run, store, save, warnings } = await openStore();
    await save(10, 20);
    writeFileSync(join(pathOf(run, 10), '.DS_Store'), 'mine');
    writeFileSync(join(pathOf(run, 10), 'model.safetensors'), 'mine');
    mkdirSync(join(pathOf(run, 10), 'notes'));
    writeFileSync(join(pathOf(run, 10), 'notes', 'weights.safetensors'), 'mine');
    writeFileSync(join(pathOf(run, 20), '.DS_Store'), 'mine');
    expect((await store.latest())?.step).toBe(20);
    await save(30);
    expect(await store.steps()).toEqual([30, 20]);
    const kept = join(run, 'checkpoints', 'foreign-files-of-checkpoint-00000010');
    expect(readdirSync(kept, { recursive: true }).sort()).toEqual([
      '.DS_Store',
      'model.safetensors',
      'notes',
      'notes/weights.safetensors',
    ]);
    expect(warnings).toEqual([expect.stringContaining(kept)]);
  });

  test('into a checkpoint that is saved again is moved aside each time', async () => {
    const { run, store, save, warnings } = await openStore();
    await save(10);
    writeFileSync(join(pathOf(run, 10), 'notes'), 'mine');
    await save(10);
    writeFileSync(join(pathOf(run, 10), 'notes'), 'mine too');
    await save(10);
    expect((await store.latest())?.step).toBe(10);
    const [first, second] = ['', '-2'].map((n) => join(run, 'checkpoints', `foreign-files-of-checkpoint-00000010${n}`)) as [string, string]; // prettier-ignore
    expect(readFileSync(join(first, 'notes'), 'utf8')).toBe('mine');
    expect(readFileSync(join(second, 'notes'), 'utf8')).toBe('mine too');
    expect(warnings).toHaveLength(2);
  });

  test('into the leftovers of a killed save, under a name that we use, is moved aside', async () => {
    const { run } = await openStore();
    const left = join(run, 'checkpoints', '.saving-checkpoint-00000030-0a');
    mkdirSync(join(left, 'deep'), { recursive: true });
    writeFileSync(join(left, 'deep', 'weights.safetensors'), 'mine');
    const { warnings } = await openStore(run);
    const kept = join(run, 'checkpoints', 'foreign-files-of-checkpoint-00000030');
    expect(readFileSync(join(kept, 'deep', 'weights.safetensors'), 'utf8')).toBe('mine');
    expect(warnings).toEqual([expect.stringContaining(kept)]);
  });

  test('in place of the folder of checkpoints: a link is read through, but never written through', async () => {
    const { run, save } = await openStore();
    await save(10, 20);
    const elsewhere = temporaryFolder();
    symlinkSync(join(run, 'checkpoints'), join(elsewhere, 'checkpoints'));
    const { store } = await openStore(elsewhere, { readOnly: true });
    expect((await store.latest())?.step).toBe(20);
    await expect(openStore(elsewhere)).rejects.toThrow(/checkpoints is a symbolic link; expected a folder/);
    expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(['checkpoint-00000010', 'checkpoint-00000020']);
  });

  test.each(['checkpoint-00000020', '.saving-checkpoint-00000030-0a', '.removing-checkpoint-00000010', '.replaced-checkpoint-00000030'])(
    'as the link %s: what it points to is not removed',
    async (name) => {
      const { run, save } = await openStore();
      await save(10);
      const elsewhere = temporaryFolder();
      writeFileSync(join(elsewhere, 'weights.safetensors'), 'mine');
      writeFileSync(join(elsewhere, 'manifest.json'), 'mine');
      symlinkSync(elsewhere, join(run, 'checkpoints', name));
      const { store } = await openStore(run);
      expect((await store.latest())?.step).toBe(10);
      for (const step of [20, 30, 40, 30, 20]) await store.save(smallCheckpoint(step)).catch(() => undefined);
      expect(readdirSync(elsewhere).sort()).toEqual(['manifest.json', 'weights.safetensors']);
      expect(readdirSync(join(run, 'checkpoints'))).toContain(name);
    },
  ); // prettier-ignore
});
