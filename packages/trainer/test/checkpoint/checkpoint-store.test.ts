import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FileFormatError } from '@hrm/files';
import { describe, expect, test } from 'vitest';
import { type FileSystem, nodeFileSystem } from '@hrm/files/node';
import { CheckpointStore, type CheckpointStoreOptions } from '../../src/checkpoint/checkpoint-store';
import { FailingFileSystem } from '../../../files/test/node/failing-file-system';
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

  test('the best by metrics recorded after saving', async () => {
    const { store, save } = await openStore();
    await save([10, 0.5], 20, 30);
    expect(await store.steps()).toEqual([30, 20, 10]);
    await store.recordMetric(30, { metric: 0.7, state: { told: true } });
    expect(await store.steps()).toEqual([30, 20]);
    expect(await store.best()).toMatchObject({ step: 30, metric: 0.7, state: { told: true } });
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
    expect((error as Error).message).toMatch(/all checkpoints are damaged:\n.*00000020.*\n.*00000010/);
    await expect(store.best()).rejects.toThrow('all checkpoints are damaged');
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

describe.each(['EIO', 'EACCES', 'EMFILE', 'ENOMEM', undefined])('a disk that answers %s', (code) => {
  /** A store of steps 10 and 20, whose newest cannot be read for now. */
  async function ailing() {
    const run = temporaryFolder();
    const first = await openStore(run);
    await first.save([10, 0.1], [20, 0.2]);
    const error = code === undefined ? new RangeError('Array buffer allocation failed') : Object.assign(new Error(code), { code }); // prettier-ignore
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
    const { run, store, warnings } = await ailing();
    await expect(store[which]()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/checkpoint-00000020.manifest.json: it cannot be read now/) as string,
    });
    expect(warnings).toEqual([]);
    expect((await (await openStore(run)).store[which]())?.step).toBe(20);
  });
});

describe('what others have put there', () => {
  test('does not keep a checkpoint from being read, nor from being removed, and stays', async () => {
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

  test('in one that is saved again', async () => {
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

  test('under a name of ours, in what a killed save has left', async () => {
    const { run } = await openStore();
    const left = join(run, 'checkpoints', '.saving-checkpoint-00000030-0a');
    mkdirSync(join(left, 'deep'), { recursive: true });
    writeFileSync(join(left, 'deep', 'weights.safetensors'), 'mine');
    const { warnings } = await openStore(run);
    const kept = join(run, 'checkpoints', 'foreign-files-of-checkpoint-00000030');
    expect(readFileSync(join(kept, 'deep', 'weights.safetensors'), 'utf8')).toBe('mine');
    expect(warnings).toEqual([expect.stringContaining(kept)]);
  });

  test('a link for the folder of checkpoints is read through, but never written through', async () => {
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
    'a link called %s leads nobody to remove what it leads to',
    async (name) => {
      const { run, save } = await openStore();
      await save(10);
      const treasure = temporaryFolder();
      writeFileSync(join(treasure, 'weights.safetensors'), 'mine');
      writeFileSync(join(treasure, 'manifest.json'), 'mine');
      symlinkSync(treasure, join(run, 'checkpoints', name));
      const { store } = await openStore(run);
      expect((await store.latest())?.step).toBe(10);
      for (const step of [20, 30, 40, 30, 20]) await store.save(smallCheckpoint(step)).catch(() => undefined);
      expect(readdirSync(treasure).sort()).toEqual(['manifest.json', 'weights.safetensors']);
      expect(readdirSync(join(run, 'checkpoints'))).toContain(name);
    },
  ); // prettier-ignore
});

describe('a run that goes back', () => {
  test('keeps what it had saved later as it is, where the new checkpoint cannot be saved', async () => {
    const run = temporaryFolder();
    await (await openStore(run)).save(10, 20, 30);
    const before = readdirSync(join(run, 'checkpoints')).sort();
    for (const call of ['create', 'rename'] as const) {
      const fileSystem: FileSystem = {
        ...nodeFileSystem,
        open: async (path, mode) => {
          if (mode === call) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
          return nodeFileSystem.open(path, mode);
        },
        rename: async (from, to) => {
          if (call === 'rename' && from.includes('.saving-')) throw Object.assign(new Error('EIO'), { code: 'EIO' });
          return nodeFileSystem.rename(from, to);
        },
      };
      const { store, warnings } = await openStore(run, { fileSystem });
      await expect(store.save(smallCheckpoint(25))).rejects.toThrow('the checkpoint of step 25 was not saved');
      expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(before);
      expect(warnings).toEqual([]);
    }
  });

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
