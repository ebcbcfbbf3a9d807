import { describeValue } from './describe-value';

/**
 * Throws unless sizes or counts are whole numbers from `least` to `most`.
 *
 * @param owner the function or class that takes them, for the message.
 * @param sizes the numbers by name.
 * @param least the smallest number allowed. Default 1.
 * @param most the greatest number allowed. Default: any.
 * @throws TypeError for a value that is not a number; RangeError for other numbers.
 */
export function expectSizes(
  owner: string,
  sizes: { readonly [name: string]: number },
  least = 1,
  most = Infinity,
): void {
  const expected = `expected a whole number ${most === Infinity ? 'of at least' : 'from'} ${least}${most === Infinity ? '' : ` to ${most}`}`;
  for (const [name, size] of Object.entries(sizes)) {
    if (typeof size !== 'number') {
      throw new TypeError(`${owner}: ${name} is ${describeValue(size)}, ${expected}`);
    }
    if (!Number.isInteger(size) || size < least || size > most) {
      throw new RangeError(`${owner}: ${name} is ${size}, ${expected}`);
    }
  }
}
