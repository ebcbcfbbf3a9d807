import { expectOptions } from '@hrm/files/internal';
import { SeededRandom } from '../seeded-random';

/** A random sample of rows: how many to keep, and the seed of the choice (default 0). */
export interface Subsample {
  count: number;
  seed?: number;
}

/**
 * Returns a function that gives the index in the table for each next row, or undefined if the row is not kept. A
 * subsample uses reservoir sampling: after n rows, each row is kept with the same probability, count / n.
 *
 * @throws RangeError if the count is not a positive integer.
 *
 * @example
 * ```ts
 * import { rowPlaces } from '@hrm/data';
 *
 * const sample: string[] = [];
 * const placeOfNext = rowPlaces({ count: 2, seed: 1 });
 * for (const row of ['a', 'b', 'c', 'd', 'e']) {
 *   const place = placeOfNext();
 *   if (place !== undefined) sample[place] = row;
 * }
 * console.log(sample.length); // 2
 * ```
 */
export function rowPlaces(subsample: Subsample | undefined): () => number | undefined {
  if (subsample !== undefined) expectOptions('subsample', subsample, ['count', 'seed']);
  if (subsample && !(Number.isSafeInteger(subsample.count) && subsample.count >= 1)) {
    throw new RangeError(`subsample.count must be a positive integer; got ${subsample.count}.`);
  }
  const random = new SeededRandom(subsample?.seed ?? 0);
  let seen = 0;
  return () => {
    const place = seen++;
    if (!subsample || place < subsample.count) return place;
    const at = random.integer(seen);
    return at < subsample.count ? at : undefined;
  };
}
