import { describeValue } from './describe-value';

/**
 * Throws unless sizes or counts are whole numbers of at least `least`.
 *
 * @param owner the function or class that takes them, for the message.
 * @param sizes the numbers by name.
 * @param least the smallest number allowed. Default 1.
 * @throws TypeError for a value that is not a number; RangeError for other numbers.
 */
export function expectSizes(owner: string, sizes: { readonly [name: string]: number }, least = 1): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (typeof size !== 'number') {
      throw new TypeError(`${owner}: ${name} is ${describeValue(size)}, expected a whole number of at least ${least}`);
    }
    if (!Number.isInteger(size) || size < least) {
      throw new RangeError(`${owner}: ${name} is ${size}, expected a whole number of at least ${least}`);
    }
  }
}
