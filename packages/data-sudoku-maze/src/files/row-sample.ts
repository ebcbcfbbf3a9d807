import { SeededRandom } from '@hrm/data';

/** How many rows are kept, chosen at random with the seed (default 0). */
export interface Subsample {
  count: number;
  seed?: number;
}

/**
 * Says for each row, one after another, at which place of a table it is kept; undefined for one that is not. With a
 * subsample it is a random choice without replacement: after n rows each is kept with the same chance, count / n
 * (reservoir sampling).
 */
export function rowPlaces(subsample: Subsample | undefined): () => number | undefined {
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
