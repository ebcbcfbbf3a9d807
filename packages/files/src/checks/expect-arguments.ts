import { describeGiven } from './describe-given';

/** Throws unless an argument is a text. @throws TypeError that names the function and what it got. */
export function expectText(owner: string, text: string): void {
  if (typeof text === 'string') return;
  throw new TypeError(`${owner}: got ${describeGiven(text)}, expected a text`);
}

/** Throws unless an argument is an array, typed or not, or like one. @throws TypeError as {@link expectText}. */
export function expectArray(owner: string, array: ArrayLike<number>): void {
  if (typeof array === 'object' && typeof array?.length === 'number') return;
  throw new TypeError(`${owner}: got ${describeGiven(array)}, expected an array of numbers`);
}

/** Throws unless an argument is an object with these members. @throws TypeError as {@link expectText}. */
export function expectObject(owner: string, given: object, members: readonly string[]): void {
  const isObject = typeof given === 'object' && given !== null;
  if (isObject && members.every((name) => name in given)) return;
  throw new TypeError(`${owner}: got ${describeGiven(given)}, expected an object with ${members.join(', ')}`);
}

/** Throws unless an argument can be iterated over, such as an array. @throws TypeError as {@link expectText}. */
export function expectIterable(owner: string, given: Iterable<unknown>): void {
  if (typeof given === 'object' && given !== null && typeof given[Symbol.iterator] === 'function') return;
  throw new TypeError(`${owner}: got ${describeGiven(given)}, expected an array or another iterable`);
}

/** Throws unless an argument is a function. @throws TypeError as {@link expectText}. */
export function expectFunction(owner: string, given: (...all: never[]) => unknown): void {
  if (typeof given === 'function') return;
  throw new TypeError(`${owner}: got ${describeGiven(given)}, expected a function`);
}

/** Throws unless an argument is an array of arrays. @throws TypeError as {@link expectText}. */
export function expectRows(owner: string, rows: readonly ArrayLike<number>[]): void {
  expectIterable(owner, rows);
  for (const [index, row] of Array.from(rows).entries()) expectArray(`${owner}: row ${index + 1}`, row);
}
