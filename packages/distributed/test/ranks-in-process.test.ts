import { gatherJson, oneProcess, ranksInProcess, type Wire } from '@hrm/distributed';
import { communicatorChecks } from '@hrm/distributed/testing';
import { describe, expect, test } from 'vitest';

describe.each([1, 2, 3, 4])('%i ranks in one process', (size) => {
  test.each(communicatorChecks)('$name', async ({ run }) => {
    await Promise.all(ranksInProcess(size).map(run));
  });
});

test('the checks refuse a communicator that sums nothing, and one that mixes up the ranks', async () => {
  const failures = async (change: (own: ReturnType<typeof oneProcess>) => object) => {
    const ranks = ranksInProcess(2).map((own) => ({ ...own, ...change(own) }));
    const failed: string[] = [];
    for (const { name, run } of communicatorChecks) {
      const results = await Promise.allSettled(ranks.map(run));
      if (results.some(({ status }) => status === 'rejected')) failed.push(name);
    }
    return failed.map((name) => name.split(' ')[0]);
  };
  expect(await failures(() => ({ allReduce: (values: Float32Array) => Promise.resolve(values.slice()) }))).toEqual([
    'allReduce',
    'allReduce',
    'allReduce',
    'calls',
  ]);
  const withoutRounding = (own: ReturnType<typeof oneProcess>) => ({
    // Cut off, not rounded to the nearest.
    allReduce: async (values: Float32Array, wire?: Wire) => {
      if (wire !== 'bfloat16') return own.allReduce(values);
      const bits = new Uint32Array((await own.allReduce(values)).buffer).map((one) => (one >>> 16) << 16);
      return new Float32Array(bits.buffer);
    },
  });
  expect(await failures(withoutRounding)).toEqual(['allReduce']);
  expect(
    await failures((own) => ({
      allGather: async (bytes: Uint8Array) => (await own.allGather(bytes)).reverse(),
      barrier: () => Promise.resolve(),
    })),
  ).toEqual(['allGather', 'calls', 'barrier']);
});

test('ranks that call different methods, or give arrays of different lengths, get an error that says so', async () => {
  const [first, second] = ranksInProcess(2) as [ReturnType<typeof oneProcess>, ReturnType<typeof oneProcess>];
  const waits = first.barrier();
  await expect(second.allGather(new Uint8Array(1))).rejects.toThrow(
    'rank 1 called allGather, and another rank barrier',
  );
  await expect(waits).rejects.toThrow('rank 1 called allGather');
  const lengths = ranksInProcess(2).map((one) => one.allReduce(new Float32Array(1 + one.rank)));
  await expect(Promise.all(lengths)).rejects.toThrow('allReduce: a rank gave 2 numbers, another 1');
  expect(() => ranksInProcess(0)).toThrow('ranksInProcess: the number of ranks is 0');
});

test('abort ends the ranks that wait, and every later call', async () => {
  const [first, second] = ranksInProcess(2) as [ReturnType<typeof oneProcess>, ReturnType<typeof oneProcess>];
  const waits = first.allReduce(new Float32Array(1));
  second.abort(1);
  await expect(waits).rejects.toThrow('rank 1 ended all ranks');
  await expect(first.barrier()).rejects.toThrow('rank 1 ended all ranks');
});

test('gatherJson collects a value of each rank', async () => {
  const gathered = await Promise.all(ranksInProcess(2).map((one) => gatherJson(one, { rank: one.rank, of: 0.1 })));
  for (const values of gathered) {
    expect(values).toEqual([
      { rank: 0, of: 0.1 },
      { rank: 1, of: 0.1 },
    ]);
  }
});
