import { describeValue } from './describe-value';

type Check = (owner: string, numbers: { readonly [name: string]: number }) => void;

/** Makes a check of numbers. Its error names the owner, the number and what was expected. */
const expectEach =
  (expected: string, holds: (value: number) => boolean): Check =>
  (owner, numbers) => {
    for (const [name, value] of Object.entries(numbers)) {
      if (typeof value === 'number' && holds(value)) continue;
      const got = typeof value === 'number' ? value : describeValue(value);
      throw new RangeError(`${owner}: ${name} is ${got}, expected ${expected}`);
    }
  };

/** Throws a RangeError unless each number is from 0 to 1. */
export const expectShare = expectEach('a share between 0 and 1', (value) => value >= 0 && value <= 1);

/** Throws a RangeError unless each number is over 0 and at most 1, as a damping or a discount is. */
export const expectPositiveShare = expectEach(
  'a number over 0 and at most 1, such as 0.5',
  (value) => value > 0 && value <= 1,
);

/** Throws a RangeError unless each number is at least 0 and less than 1, as the decay of a running average is. */
export const expectDecay = expectEach('at least 0 and less than 1', (value) => value >= 0 && value < 1);

/** Throws a RangeError unless each number is finite and at least 0, as the weight of a loss is. */
export const expectNotNegative = expectEach('a number of at least 0', (value) => value >= 0 && value < Infinity);
