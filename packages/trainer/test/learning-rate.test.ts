import { adamW, warmupCosine } from '@hrm/trainer';
import { describe, expect, it } from 'vitest';

describe('warmupCosine', () => {
  const rate = warmupCosine({ learningRate: 0.4, warmupSteps: 4, totalSteps: 12, minRatio: 0.5 });

  it.each([
    // Linear to step 4, then half a cosine to step 12 between 0.4 and 0.2.
    [1, 0.1],
    [2, 0.2],
    [3, 0.3],
    [4, 0.4],
    [6, 0.3 + 0.1 * Math.cos(Math.PI / 4)],
    [8, 0.3],
    [10, 0.3 - 0.1 * Math.cos(Math.PI / 4)],
    [12, 0.2],
  ])('at step %d is %d', (step, expected) => {
    expect(rate(step)).toBeCloseTo(expected, 12);
  });

  it('starts at its maximum without a warm-up, and ends at 0 by default', () => {
    const plain = warmupCosine({ learningRate: 1, totalSteps: 100 });
    expect(plain(0)).toBe(1);
    expect(plain(1)).toBeGreaterThan(0.999);
    expect(plain(50)).toBeCloseTo(0.5, 12);
    expect(plain(100)).toBeCloseTo(0, 12);
  });

  it('stays constant after the warm-up with minRatio 1, as the official Sudoku runs', () => {
    const constant = warmupCosine({ learningRate: 1e-4, warmupSteps: 2000, totalSteps: 20_000, minRatio: 1 });
    expect(constant(1)).toBeCloseTo(5e-8, 20);
    for (const step of [2000, 2001, 11_000, 20_000, 30_000]) expect(constant(step)).toBeCloseTo(1e-4, 15);
  });

  it('is never negative or NaN, however short the run', () => {
    for (const sizes of [
      { totalSteps: 0 },
      { totalSteps: 1 },
      { warmupSteps: 5, totalSteps: 5 },
      { warmupSteps: 9, totalSteps: 3 },
    ]) {
      const short = warmupCosine({ learningRate: 1, ...sizes });
      for (let step = 0; step < 20; step++) expect(short(step)).toBeGreaterThanOrEqual(0);
    }
  });

  it('stays at its minimum after the last step', () => {
    for (let step = 12; step < 100; step++) expect(rate(step)).toBeCloseTo(0.2, 12);
    const toZero = warmupCosine({ learningRate: 1, warmupSteps: 10, totalSteps: 100 });
    expect([101, 150, 199, 200, 1000].map(toZero)).toEqual([0, 0, 0, 0, 0]);
  });

  it('rises to the end of a warm-up that is longer than the training, and is at its minimum from then on', () => {
    const long = warmupCosine({ learningRate: 1, warmupSteps: 4, totalSteps: 2, minRatio: 0.1 });
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(long)).toEqual([0.25, 0.5, 0.75, 0.1, 0.1, 0.1, 0.1, 0.1]);
    const even = warmupCosine({ learningRate: 1, warmupSteps: 2, totalSteps: 2 });
    expect([1, 2, 3, 4, 5].map(even)).toEqual([0.5, 1, 0, 0, 0]);
  });

  it.each([
    [{}, 'warmupCosine: totalSteps is undefined, expected the steps of the whole training'],
    [{ totalSteps: Number.NaN }, 'totalSteps is NaN'],
    [{ totalSteps: 10.5 }, 'totalSteps is 10.5'],
    [{ totalSteps: 10, warmupSteps: -1 }, 'warmupSteps is -1, expected a whole number of at least 0'],
    [{ totalSteps: 10, minRatio: 2 }, 'minRatio is 2, expected a share from 0 to 1'],
    [{ totalSteps: 10, learningRate: Number.NaN }, 'learningRate is NaN, expected a number of at least 0'],
    [{ totalSteps: 10, learningRate: -1 }, 'learningRate is -1'],
  ])('refuses %j', (options, message) => {
    expect(() => warmupCosine({ learningRate: 1, ...(options as { totalSteps: number }) })).toThrow(message);
  });
});

it('a number is a constant rate', () => {
  const { learningRate } = adamW({ learningRate: 0.25 });
  expect([learningRate(1), learningRate(1000)]).toEqual([0.25, 0.25]);
});
