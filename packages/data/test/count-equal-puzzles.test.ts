import { expect, it } from 'vitest';
import { countEqualPuzzles } from '../src/index';

it('counts the puzzles that have an equal among others, repeated ones each time', () => {
  const classOf = (sum: string) => sum.split('+').sort().join('+');
  const count = (puzzles: string[], among: string[]) => countEqualPuzzles({ puzzles, among, classOf });
  expect(count(['1+2', '3+4', '2+1', '7+7'], ['2+1', '5+6', '7+8'])).toBe(2);
  expect(count([], ['1+2'])).toBe(0);
  expect(count(['1+2'], [])).toBe(0);
});
