import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../src/index';

describe('SeededRandom', () => {
  it('gives different numbers for every seed and stream, including 0 and negative ones', () => {
    const seeds = [[0], [1], [-1], [2 ** 32], [2 ** 32 - 1], [0, 0], [0, 1], [1, 0], [Number.MAX_SAFE_INTEGER]];
    const firsts = seeds.map(([seed, ...streams]) => {
      const random = new SeededRandom(seed!, ...streams);
      return [random.nextUint32(), random.nextUint32()].join();
    });
    expect(new Set(firsts).size).toBe(seeds.length);
  });

  it('gives the same numbers for the same seed', () => {
    const a = new SeededRandom(0);
    const b = new SeededRandom(0);
    for (let k = 0; k < 100; k++) expect(a.nextUint32()).toBe(b.nextUint32());
  });

  it('continues from a state that went through JSON', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(50), (seed, skipped) => {
        const random = new SeededRandom(seed);
        for (let k = 0; k < skipped; k++) random.uniform();
        const resumed = SeededRandom.fromState(JSON.parse(JSON.stringify(random.state)));
        for (let k = 0; k < 20; k++) expect(resumed.uniform()).toBe(random.uniform());
      }),
    );
  });

  it('is uniform: chi-squared of integer(), mean and range of uniform()', () => {
    const random = new SeededRandom(0);
    for (const bound of [2, 3, 7, 10, 100]) {
      const draws = 100_000;
      const counts = new Array<number>(bound).fill(0);
      for (let k = 0; k < draws; k++) counts[random.integer(bound)]!++;
      const expected = draws / bound;
      const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // The mean of a chi-squared variable plus five standard deviations.
      expect(chiSquared).toBeLessThan(bound - 1 + 5 * Math.sqrt(2 * (bound - 1)) + 5);
    }
    let sum = 0;
    for (let k = 0; k < 100_000; k++) {
      const value = random.uniform();
      expect(value >= 0 && value < 1).toBe(true);
      sum += value;
    }
    expect(Math.abs(sum / 100_000 - 0.5)).toBeLessThan(0.005);
  });

  it('integer() stays below its bound, large bounds included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), fc.maxSafeInteger(), (bound, seed) => {
        const random = new SeededRandom(seed);
        for (let k = 0; k < 20; k++) {
          const value = random.integer(bound);
          expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
        }
      }),
    );
  });

  it('permutes: every element once, every order of three about equally often', () => {
    const random = new SeededRandom(5);
    expect([...random.permutation(50)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, k) => k));
    const counts = new Map<string, number>();
    for (let k = 0; k < 6000; k++) {
      const order = random.permutation(3).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it.each([NaN, 0.5, Infinity, 2 ** 53])('refuses the seed %s', (seed) => {
    expect(() => new SeededRandom(seed)).toThrow(/safe integer/);
  });

  it.each([0, -1, 1.5, NaN, 2 ** 33])('refuses the bound %s', (bound) => {
    expect(() => new SeededRandom(0).integer(bound)).toThrow(RangeError);
  });

  it.each([[null], [[1, 2, 3]], [[1, 2, 3, -1]], [[1, 2, 3, 2 ** 32]], [['1', 2, 3, 4]]])(
    'refuses the state %j',
    (state) => {
      expect(() => SeededRandom.fromState(state as never)).toThrow(/random state/);
    },
  );
});
