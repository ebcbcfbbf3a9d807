import { describeValue } from '@hrm/layers';

/** Throws unless batches are something that `for await` goes through. @throws TypeError */
export function expectBatches(owner: string, batches: unknown): void {
  const found = batches as { [Symbol.iterator]?: unknown; [Symbol.asyncIterator]?: unknown } | null | undefined;
  const isMany = typeof found === 'object' && found !== null;
  if (isMany && (typeof found[Symbol.iterator] === 'function' || typeof found[Symbol.asyncIterator] === 'function'))
    return;
  throw new TypeError(
    `${owner}: batches is ${describeValue(batches)}, expected a list or a generator of batches, such as trainBatches(...)`,
  );
}
