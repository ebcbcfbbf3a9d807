import fc from 'fast-check';
import { RandomStream, type RandomStreamState } from '@hrm/layers';
import { describe, expect, it } from 'vitest';

const take = (count: number, draw: () => number) => Array.from({ length: count }, draw);

/** Chi-squared of counts that should all be equal. */
function chiSquared(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('RandomStream', () => {
  it.each([
    [0, [2069697080, 1815764559, 1668449597, 3165367323]],
    [1, [2864718319, 3717318343, 1332005356, 2029807808]],
    [-1, [2870324071, 4136522192, 4059652880, 3479756083]],
    [42, [1962818870, 2645736865, 3714218980, 1738272915]],
    [2 ** 32 + 1, [1988865475, 2020769034, 2454093738, 19642859]],
    [Number.MAX_SAFE_INTEGER, [3004310675, 1468622255, 2611415937, 2011290719]],
  ])('gives from seed %d what it always has', (seed, values) => {
    const random = new RandomStream(seed);
    expect(take(4, () => random.bits())).toEqual(values);
  });

  it('is xoshiro128**', () => {
    const word = (value: bigint) => BigInt.asUintN(32, value);
    const rotate = (value: bigint, bits: bigint) => word((value << bits) | (word(value) >> (32n - bits)));
    let [a, b, c, d] = [1n, 2n, 3n, 4n];
    const random = RandomStream.restore([1, 2, 3, 4]);
    for (let i = 0; i < 1000; i++) {
      expect(random.bits()).toBe(Number(word(rotate(word(b * 5n), 7n) * 9n)));
      const shifted = word(b << 9n);
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = rotate(d, 11n);
    }
    expect(random.state).toEqual([a, b, c, d].map(Number));
  });

  it('refuses seeds that are not safe integers', () => {
    for (const seed of [0.5, Number.NaN, Infinity, 2 ** 53]) {
      expect(() => new RandomStream(seed)).toThrow(/seed is .*expected a safe integer/);
    }
  });

  it('continues from a saved state, through JSON, after any draws', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(50), (seed, drawn) => {
        const random = new RandomStream(seed);
        take(drawn, () => random.normal());
        const saved = JSON.parse(JSON.stringify(random.state)) as RandomStreamState;
        const expected = take(5, () => random.normal());
        const restored = RandomStream.restore(saved);
        expect(take(5, () => restored.normal())).toEqual(expected);
      }),
    );
  });

  it.each([
    [[0, 0, 0, 0]],
    [[1, 2, 3]],
    [[1, 2, 3, 2 ** 32]],
    [[1, 2, 3, -1]],
    [[1, 2, 3, 0.5]],
    [null],
    [undefined],
    ['1234'],
    [{ length: 4 }],
  ])('refuses %j, which no stream can have saved', (state) => {
    expect(() => RandomStream.restore(state as unknown as RandomStreamState)).toThrow(
      /the saved state is .*, expected four unsigned 32-bit integers, not all zero/,
    );
  });

  it('continues from any other state with varying numbers', () => {
    for (const state of [
      [0, 0, 0, 1],
      [1, 0, 0, 0],
      [0, 2 ** 32 - 1, 0, 0],
    ] as const) {
      expect(new Set(take(50, () => RandomStream.restore(state).uniform())).size).toBe(1);
      const random = RandomStream.restore(state);
      expect(new Set(take(50, () => random.uniform())).size).toBeGreaterThan(30);
    }
  });

  it('forks into an independent stream', () => {
    const [parent, other] = [new RandomStream(0), new RandomStream(0)];
    const [child, sameChild] = [parent.fork(), other.fork()];
    take(10, () => parent.bits());
    const values = take(10, () => child.bits());
    expect(values).toEqual(take(10, () => sameChild.bits()));
    expect(values).not.toEqual(take(10, () => new RandomStream(0).bits()));
    take(10, () => other.bits());
    expect(parent.state).toEqual(other.state);
  });

  it('draws uniform numbers: in [0, 1), with 24 bits, evenly spread', () => {
    for (const seed of [0, 1, 2]) {
      const random = new RandomStream(seed);
      const values = take(32_000, () => random.uniform());
      expect(values.every((value) => value >= 0 && value < 1 && Number.isInteger(value * 2 ** 24))).toBe(true);
      const counts = new Array<number>(16).fill(0);
      const pairs = new Array<number>(64).fill(0);
      values.forEach((value, i) => {
        counts[Math.floor(value * 16)]!++;
        if (i % 2 === 1) pairs[Math.floor(values[i - 1]! * 8) * 8 + Math.floor(value * 8)]!++;
      });
      // The 99.9% points of chi-squared with 15 and 63 degrees of freedom.
      expect(chiSquared(counts)).toBeLessThan(37.7);
      expect(chiSquared(pairs)).toBeLessThan(103.4);
    }
  });

  it('draws integers within bounds, equally often, and refuses wrong bounds', () => {
    const random = new RandomStream(0);
    const counts = new Array<number>(15).fill(0);
    for (const value of take(30_000, () => random.integer(2, 17))) counts[value - 2]!++;
    expect(counts.length).toBe(15);
    expect(chiSquared(counts)).toBeLessThan(36.1);
    expect(take(20, () => random.integer(-3, -2))).toEqual(new Array(20).fill(-3));
    for (const value of take(20, () => random.integer(0, 2 ** 32))) expect(value).toBeLessThan(2 ** 32);
    for (const [low, high] of [
      [1, 1],
      [2, 1],
      [0, 0.5],
      [0, 2 ** 32 + 1],
    ] as const) {
      expect(() => random.integer(low, high)).toThrow(/expected integers with low < high/);
    }
  });

  it('draws normal numbers', () => {
    const random = new RandomStream(0);
    const values = take(40_000, () => random.normal());
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    // Each within four standard deviations.
    expect(Math.abs(moment(1))).toBeLessThan(4 / 200);
    expect(Math.abs(moment(2) - 1)).toBeLessThan((4 * Math.SQRT2) / 200);
    expect(Math.abs(moment(3))).toBeLessThan((4 * Math.sqrt(15)) / 200);
    expect(Math.abs(moment(4) - 3)).toBeLessThan((4 * Math.sqrt(96)) / 200);
  });
});
