import { describeValue } from './describe-value';

/**
 * Throws unless `for await` can iterate over a value.
 *
 * @param what the owner and name of the value: `Trainer: batches`.
 * @param expected what to pass instead.
 * @throws TypeError if it cannot.
 */
export function expectIterable(what: string, value: unknown, expected: string): void {
  const found = value as { [Symbol.iterator]?: unknown; [Symbol.asyncIterator]?: unknown } | null | undefined;
  const isMany = typeof found === 'object' && found !== null;
  if (isMany && (typeof found[Symbol.iterator] === 'function' || typeof found[Symbol.asyncIterator] === 'function'))
    return;
  throw new TypeError(`${what} is ${describeValue(value)}, expected ${expected}`);
}
