import type { SeededRandom } from '@hrm/data';
import { describeGiven, expectObject } from '@hrm/files/internal';

/** Throws unless this can draw random numbers. @throws TypeError that names the function and what it got. */
export function expectRandom(owner: string, random: SeededRandom): void {
  expectObject(`${owner}: random`, random, ['integer', 'uniform', 'shuffle']);
}

/** Throws unless this is a number of puzzles. @throws RangeError that names the function and what it got. */
export function expectCount(owner: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  throw new RangeError(`${owner}: count is ${describeGiven(count)}, expected a whole number, 0 or more`);
}
