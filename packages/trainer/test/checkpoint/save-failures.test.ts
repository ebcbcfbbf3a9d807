import { describe, expect, test } from 'vitest';
import { CheckpointStore } from '../../src/checkpoint/checkpoint-store';
import { MetricsLog } from '../../src/checkpoint/metrics-log';
import { readCheckpoint } from '../../src/checkpoint/read-checkpoint';
import { FailingFileSystem, type Failure, failures, Killed } from '../../../files/test/node/failing-file-system';
import { picker, SimulatedDisk } from '../../../files/test/node/simulated-disk';
import { smallCheckpoint } from './small-checkpoint';

interface Outcome {
  readonly succeeded: boolean;
  readonly warnings: readonly string[];
}

/** Opens the store and saves, on a disk where one call fails. */
async function trySave(fileSystem: FailingFileSystem, step: number, metric?: number): Promise<Outcome> {
  const warnings: string[] = [];
  try {
    const store = await CheckpointStore.open('/run', { fileSystem, onWarning: (message) => warnings.push(message) });
    await store.latest();
    await store.save({ ...smallCheckpoint(step, metric), state: { saved: 'new' } });
    return { succeeded: true, warnings };
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return { succeeded: false, warnings };
  }
}

/** What of a disk opening it finds whole, by step; nothing may be there that is neither whole nor cleared away. */
async function wholeSteps(disk: SimulatedDisk): Promise<Map<number, unknown>> {
  const store = await CheckpointStore.open('/run', { fileSystem: disk, onWarning: () => undefined });
  const whole = new Map<number, unknown>();
  for (const step of await store.steps()) {
    const name = `/run/checkpoints/checkpoint-${String(step).padStart(8, '0')}`;
    whole.set(step, (await readCheckpoint(name, { fileSystem: disk })).state);
  }
  return whole;
}

const scenes = [
  { name: 'the first checkpoint', before: [], step: 10 },
  { name: 'the second checkpoint', before: [{ step: 10 }], step: 20 },
  { name: 'one that makes the oldest superfluous', before: [{ step: 10 }, { step: 20 }], step: 30 },
  { name: 'one more, with a best to keep', before: [{ step: 10, metric: 1 }, { step: 20, metric: 0.5 }, { step: 30, metric: 0.2 }], step: 40 },
  { name: 'one of a step that is there', before: [{ step: 10 }, { step: 20 }], step: 20 },
  { name: 'one before those that are there', before: [{ step: 10 }, { step: 20 }], step: 15 },
] as const; // prettier-ignore

describe.each(scenes)('saving $name', ({ before, step }) => {
  async function prepared(): Promise<SimulatedDisk> {
    const disk = new SimulatedDisk();
    await disk.createFolder('/run');
    await disk.syncFolder('/');
    const store = await CheckpointStore.open('/run', { fileSystem: disk });
    for (const checkpoint of before) await store.save(smallCheckpoint(checkpoint.step, 'metric' in checkpoint ? checkpoint.metric : undefined)); // prettier-ignore
    return disk;
  }

  /** How many calls it takes when none fails. */
  async function countCalls(disk: SimulatedDisk): Promise<number> {
    const fileSystem = new FailingFileSystem(disk.copy());
    const { succeeded } = await trySave(fileSystem, step);
    expect(succeeded).toBe(true);
    return fileSystem.calls.length;
  }

  /** Checks what must hold of the checkpoints whatever has happened to the save. */
  async function expectNothingLost(disk: SimulatedDisk, succeeded: boolean, what: string): Promise<void> {
    const whole = await wholeSteps(disk);
    const isSaved = (whole.get(step) as { saved?: string } | undefined)?.saved === 'new';
    if (succeeded) expect(isSaved, `${what}: the new one is there`).toBe(true);
    // The newest of those on the way to this step must be there still, or a newer one.
    const earlier = before.map((checkpoint) => checkpoint.step).filter((other) => other <= step);
    const newest = Math.max(...whole.keys(), -1);
    if (earlier.length > 0) expect(newest, `${what}: the newest before`).toBeGreaterThanOrEqual(earlier.at(-1)!);
    if (!isSaved) {
      for (const other of earlier)
        expect(whole.has(other) || other < (earlier.at(-2) ?? 0), `${what}: step ${other}`).toBe(true);
    }
    const best = before.find((checkpoint) => 'metric' in checkpoint && checkpoint.metric === 1);
    if (best !== undefined) expect(whole.has(best.step), `${what}: the best`).toBe(true);
  }

  test.each(failures)('survives %s in each call in turn', async (failure: Failure) => {
    const start = await prepared();
    const calls = await countCalls(start);
    expect(calls).toBeGreaterThan(20);
    for (let failAt = 0; failAt < calls; failAt++) {
      const disk = start.copy();
      const fileSystem = new FailingFileSystem(disk, failure, failAt);
      const { succeeded, warnings } = await trySave(fileSystem, step);
      const what = `${failure} at call ${failAt} (${fileSystem.calls[failAt]})`;
      if (failure === 'short write') expect(succeeded, what).toBe(true);
      if (succeeded && failure !== 'short write') {
        // A call may fail without harm only in clearing away or looking back, and then somebody is told, or nothing is amiss.
        expect(warnings.length, what).toBeLessThanOrEqual(2);
      }
      await expectNothingLost(disk, succeeded, what);
      // And the run can go on.
      const again = await trySave(new FailingFileSystem(disk), step + 5);
      expect(again.succeeded, `${what}: the next save`).toBe(true);
    }
  });

  test('survives a power failure at each call', async () => {
    const start = await prepared();
    const calls = await countCalls(start);
    for (let failAt = 0; failAt <= calls; failAt++) {
      for (const seed of [0, 1, 2, 3, 4, 5]) {
        const disk = start.copy();
        const { succeeded } = await trySave(new FailingFileSystem(disk, 'kill after', failAt), step);
        const pick = seed === 0 ? () => 0 : picker(1000 * failAt + seed);
        await expectNothingLost(disk.afterPowerFailure(pick), succeeded, `power at call ${failAt}, ${seed}`);
      }
    }
  });
});

describe('a metric recorded after saving', () => {
  async function prepared(): Promise<SimulatedDisk> {
    const disk = new SimulatedDisk();
    await disk.createFolder('/run');
    await disk.syncFolder('/');
    const store = await CheckpointStore.open('/run', { fileSystem: disk });
    for (const [step, metric] of [[10, 0.5], [20, undefined], [30, undefined]] as const) await store.save(smallCheckpoint(step, metric)); // prettier-ignore
    return disk;
  }

  /** Records on a disk where a call may fail; returns how many calls were made. */
  async function tryRecord(fileSystem: FailingFileSystem): Promise<boolean> {
    try {
      const store = await CheckpointStore.open('/run', { fileSystem, onWarning: () => undefined });
      await store.latest();
      await store.recordMetric(30, { metric: 0.75, state: 'new' });
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      return false;
    }
  }

  async function expectOldOrNew(disk: SimulatedDisk, succeeded: boolean, what: string): Promise<void> {
    const store = await CheckpointStore.open('/run', { fileSystem: disk, onWarning: () => undefined });
    const latest = await store.latest();
    expect(latest, what).toMatchObject({ step: 30, files: smallCheckpoint(30).files });
    const isNew = latest!.state === 'new';
    expect(latest!.metric, what).toBe(isNew ? 0.75 : undefined);
    if (!isNew) expect(latest!.state, what).toEqual(smallCheckpoint(30).state);
    if (succeeded) expect(isNew, what).toBe(true);
    expect((await store.best())?.step, what).toBe(isNew ? 30 : 10);
    const names = (await disk.list('/run/checkpoints')).map(({ name }) => name);
    expect(names.filter((name) => !name.startsWith('checkpoint-')), what).toEqual([]); // prettier-ignore
    expect((await disk.list('/run/checkpoints/checkpoint-00000030')).length, what).toBe(3);
  }

  test.each(failures)('is recorded or not at all, with %s or a power failure in each call in turn', async (failure) => {
    const start = await prepared();
    const whole = new FailingFileSystem(start.copy());
    expect(await tryRecord(whole)).toBe(true);
    for (let failAt = 0; failAt < whole.calls.length; failAt++) {
      const disk = start.copy();
      const succeeded = await tryRecord(new FailingFileSystem(disk, failure, failAt));
      const what = `${failure} at call ${failAt} (${whole.calls[failAt]})`;
      for (const seed of [1, 2, 3]) await expectOldOrNew(disk.afterPowerFailure(picker(100 * failAt + seed)), succeeded, `${what}, the power`);
      await expectOldOrNew(disk, succeeded, what);
    }
  }); // prettier-ignore
});

test('a checkpoint that was to be replaced is there when its successor fails', async () => {
  const disk = new SimulatedDisk();
  await disk.createFolder('/run');
  const fileSystem = new FailingFileSystem(disk);
  const store = await CheckpointStore.open('/run', { fileSystem });
  await store.save(smallCheckpoint(10));
  const rename = fileSystem.rename.bind(fileSystem);
  fileSystem.rename = async (from, to) => {
    if (from.includes('.saving-')) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    return rename(from, to);
  };
  await expect(store.save({ ...smallCheckpoint(10), state: 'new' })).rejects.toMatchObject({ code: 'EIO' });
  expect((await store.latest())?.state).toEqual(smallCheckpoint(10).state);
  expect((await disk.list('/run/checkpoints')).map(({ name }) => name)).toEqual(['checkpoint-00000010']);
});

test('a full disk is reported, and saved checkpoints stay', async () => {
  const disk = new SimulatedDisk();
  await disk.createFolder('/run');
  const store = await CheckpointStore.open('/run', { fileSystem: new FailingFileSystem(disk, 'ENOSPC', 20) });
  await expect(store.save(smallCheckpoint(10))).rejects.toMatchObject({
    code: 'ENOSPC',
    message: expect.stringContaining('the checkpoint of step 10 was not saved in /run/checkpoints: ENOSPC') as string,
  });
  expect(await disk.list('/run/checkpoints')).toEqual([]);
});

describe('a log', () => {
  test.each(failures)('keeps its lines whole and in order when any call fails with %s', async (failure) => {
    for (let failAt = 0; failAt < 12; failAt++) {
      const disk = new SimulatedDisk();
      const fileSystem = new FailingFileSystem(disk, failure, failAt);
      const kept: number[] = [];
      let flushed = 0;
      try {
        const log = await MetricsLog.open('/metrics.jsonl', { fileSystem });
        for (let step = 1; step <= 5; step++) {
          const record = { step, text: 'x'.repeat(step % 2 === 0 ? 300 : 3) };
          await log.append(record).then(
            () => kept.push(step),
            (error: unknown) => {
              if (error instanceof Killed) throw error;
            },
          );
          if (step === 3) await log.flush().then(() => (flushed = log.length));
        }
        await log.close();
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
      const names = (await disk.list('/')).map(({ name }) => name);
      if (names.length === 0) continue;
      for (const left of [disk, disk.afterPowerFailure(() => 0)]) {
        if ((await left.list('/')).length === 0) {
          expect(flushed).toBe(0);
          continue;
        }
        const log = await MetricsLog.open('/metrics.jsonl', { fileSystem: left, length: flushed });
        await log.append({ step: 99 });
        await log.close();
        const file = await left.open('/metrics.jsonl', 'read');
        const bytes = new Uint8Array(await file.size());
        await file.read(bytes, 0);
        const steps = new TextDecoder().decode(bytes).trimEnd().split('\n').map((line) => (JSON.parse(line) as { step: number }).step); // prettier-ignore
        expect(steps).toEqual([...kept.filter((step) => flushed > 0 && step <= 3), 99]);
      }
    }
  });

  test('loses a line that was cut short', async () => {
    const disk = new SimulatedDisk();
    // Opening takes three calls, each line one.
    const fileSystem = new FailingFileSystem(disk, 'ENOSPC', 4);
    const log = await MetricsLog.open('/metrics.jsonl', { fileSystem });
    await log.append({ step: 1 });
    await expect(log.append({ step: 2, text: 'x'.repeat(300) })).rejects.toMatchObject({ code: 'ENOSPC' });
    await log.append({ step: 3 });
    await log.close();
    expect(fileSystem.calls.slice(3, 6)).toEqual(['write', 'write', 'truncate']);
    const file = await disk.open('/metrics.jsonl', 'read');
    expect(await file.size()).toBe('{"step":1}\n{"step":3}\n'.length);
  });
});
