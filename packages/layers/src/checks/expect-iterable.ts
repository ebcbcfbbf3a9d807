import { describeValue } from './describe-value';

/**
 * Throws unless a value is something that `for await` goes through.
 *
 * @param what it is, after its owner: `Trainer: batches`.
 * @param expected what to give in its place.
 * @throws TypeError
 */
export function expectIterable(what: string, value: unknown, expected: string): void {
  const found = value as { [Symbol.iterator]?: unknown; [Symbol.asyncIterator]?: unknown } | null | undefined;
  const isMany = typeof found === 'object' && found !== null;
  if (isMany && (typeof found[Symbol.iterator] === 'function' || typeof found[Symbol.asyncIterator] === 'function'))
    return;
  throw new TypeError(`${what} is ${describeValue(value)}, expected ${expected}`);
}
