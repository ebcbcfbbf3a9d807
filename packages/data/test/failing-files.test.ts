import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readDataset, readIdentifiers, writeDataset } from '../src/files';
import { numbers } from './numbers';
import { dir } from './temporary-files';

/** How a call fails: with a disk error, or because the process ends before or after it. */
type Failure = 'EIO' | 'ENOSPC' | 'EACCES' | 'kill' | 'kill after';
const failures: readonly Failure[] = ['EIO', 'ENOSPC', 'EACCES', 'kill', 'kill after'];

class Killed extends Error {}

/** Counts the calls of node:fs/promises since `failing` was set, and says which call fails and how. */
const disk = vi.hoisted(() => ({
  calls: [] as string[],
  failing: undefined as { failure: string; at: number } | undefined,
}));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  const call = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    if (disk.failing === undefined) return act();
    const { failure, at } = disk.failing;
    const index = disk.calls.push(name) - 1;
    const isKilling = failure.startsWith('kill');
    if (isKilling && index > at) throw new Killed();
    if (index !== at) return act();
    if (failure === 'kill after') await act();
    if (isKilling) throw new Killed();
    throw Object.assign(new Error(`${failure}: made to fail, ${name}`), { code: failure });
  };
  const wrap =
    <A extends unknown[], T>(name: string, f: (...args: A) => Promise<T>) =>
    (...args: A) =>
      call(name, () => f(...args));
  return {
    ...real,
    lstat: wrap('lstat', real.lstat),
    mkdir: wrap('mkdir', real.mkdir),
    rename: wrap('rename', real.rename),
    readdir: wrap('readdir', real.readdir as (path: string) => Promise<string[]>),
    unlink: wrap('unlink', real.unlink),
    rmdir: wrap('rmdir', real.rmdir),
    open: async (...args: Parameters<typeof real.open>) => {
      const file = await call('open', () => real.open(...args));
      return {
        stat: () => call('stat', () => file.stat()),
        read: (...args: Parameters<typeof file.read>) => call('read', () => file.read(...args)),
        write: (...args: Parameters<typeof file.write>) => call('write', () => file.write(...args)),
        // Flushing is counted and can fail, but is not executed: the test does not cut the power.
        sync: () => call('sync', async () => undefined),
        // Files are always closed, so that the test does not run out of file handles.
        close: () => call('close', () => file.close()).finally(() => file.close().catch(() => undefined)),
      };
    },
  };
});
afterEach(() => (disk.failing = undefined));

/** Writes while one call fails. Returns the number of calls and whether the write reported success. */
async function writeFailing(place: string, dataset: Parameters<typeof writeDataset>[2], failure: Failure, at: number) {
  Object.assign(disk, { calls: [], failing: { failure, at } });
  const succeeded = await writeDataset(place, 'train', dataset, { overwrite: true, identifiers: ['<blank>'] }).then(
    () => true,
    () => false,
  );
  disk.failing = undefined;
  return { succeeded, calls: [...disk.calls] };
}

const before = numbers({ groups: 3, groupSize: 1, seqLen: 16, vocabSize: 6 });
const after = numbers({ groups: 3, groupSize: 1, seqLen: 25, vocabSize: 6 });

describe('a data set that replaces another', () => {
  it.each(failures)('is read as the old or the new data set if any call ends in %s', async (failure) => {
    const count = (await writeFailing(join(dir, `count-${failure}`), before, failure, Infinity)).calls.length;
    let olds = 0;
    for (let at = 0; at < count + 8; at++) {
      const place = join(dir, `${failure}-${at}`);
      await mkdir(place);
      await writeDataset(place, 'train', before);
      const { succeeded, calls } = await writeFailing(place, after, failure, at);
      const what = `${failure} at call ${at} (${calls[at]})`;
      const found = await readDataset(place, 'train');
      expect([before, after], what).toContainEqual(found);
      if (succeeded) expect(found, what).toEqual(after);
      else if (found.metadata.seqLen === before.metadata.seqLen) olds++;
      expect(await readIdentifiers(place), what).toEqual(['<blank>']);
      // A failed write cleans up, unless the failing call is itself part of the cleaning.
      if (!failure.startsWith('kill') && !['unlink', 'rmdir'].includes(calls[at]!) && !succeeded) {
        // If the new data set could not be flushed after its rename, the old one is kept under its other name as well.
        const names = (await readdir(place)).filter((name) => name !== '.train.replaced');
        expect(names.sort(), what).toEqual(['identifiers.json', 'train']);
      }
      // The next write succeeds.
      await writeDataset(place, 'train', before, { overwrite: true });
      expect(await readDataset(place, 'train'), what).toEqual(before);
      expect((await readdir(place)).filter((name) => name.endsWith('.replaced'))).toEqual([]);
    }
    expect(olds).toBeGreaterThan(20);
  });
});
