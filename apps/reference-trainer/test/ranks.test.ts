import { ranksInProcess } from '@hrm/distributed';
import { expect, test } from 'vitest';
import { loadRunConfig } from '../src/config/load-run-config';
import { firstOfRanks } from '../src/ranks/agree';
import { expectEqualRanks } from '../src/ranks/equal-ranks';
import { expectShares } from '../src/ranks/expect-shares';

const config = loadRunConfig('sudoku-4x4-demo', []);
const facts = { hrm: '1.0.0', backend: 'tensorflow' };

/** The errors of two ranks, of which the second has other facts. */
const errorsWith = (other: object) =>
  Promise.all(
    ranksInProcess(2).map((communicator) =>
      expectEqualRanks(communicator, { config, facts, ...(communicator.rank === 1 && other) }).then(
        () => undefined,
        (error: Error) => error.message,
      ),
    ),
  );

test('ranks that are equal are let pass, and one process too', async () => {
  expect(await errorsWith({})).toEqual([undefined, undefined]);
  await expectEqualRanks(undefined, { config, facts });
});

test.each([
  [{ facts: { ...facts, hrm: '1.0.1' } }, 'hrm (1.0.1, there 1.0.0)'],
  [{ facts: { ...facts, backend: 'wasm' } }, 'backend (wasm, there tensorflow)'],
  [{ facts: { hrm: '1.0.0' } }, 'backend (none, there tensorflow)'],
  [{ config: loadRunConfig('sudoku-4x4-demo', ['training.seed=7']) }, 'training.seed (there 0, here 7)'],
])('every rank names the one that differs: %#', async (other, difference) => {
  const message = `rank 1 on this process differs from rank 0 on this process: ${difference};`;
  for (const error of await errorsWith(other)) expect(error).toContain(message);
});

test('a batch that the ranks cannot share is refused, with the key', () => {
  const of = (size: number, change: object = {}) => {
    const training = { ...config.training, batchSize: 64, ...change };
    return () => expectShares({ training }, ranksInProcess(size)[0]);
  };
  expect(of(4)).not.toThrow();
  expect(of(3)).toThrow('training.batchSize: 3 ranks cannot share a batch of 64 equally; make it a multiple of 3');
  expect(of(4, { microBatch: 16 })).not.toThrow();
  expect(of(4, { microBatch: 32 })).toThrow('training.microBatch: 32 does not divide the 16 of a batch of 64');
  expect(() => expectShares(config, undefined)).not.toThrow();
});

test('a signal at any rank is known to all', async () => {
  const known = await Promise.all(
    ranksInProcess(3).map((communicator) =>
      firstOfRanks(communicator, communicator.rank === 2 ? 'SIGTERM' : undefined),
    ),
  );
  expect(known).toEqual(['SIGTERM', 'SIGTERM', 'SIGTERM']);
  expect(await firstOfRanks(undefined, undefined)).toBeUndefined();
});
