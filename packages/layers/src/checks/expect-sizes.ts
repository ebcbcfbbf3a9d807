import { describeValue } from './describe-value';

/**
 * Throws unless sizes, or counts, are whole numbers of at least `least`.
 *
 * @param owner named in the error.
 * @param sizes by their names.
 * @param least default 1.
 * @throws TypeError for what is no number; RangeError for other numbers.
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
