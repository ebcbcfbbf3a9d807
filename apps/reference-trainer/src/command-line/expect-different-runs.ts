import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from './usage-error';

/** The folder itself, wherever symbolic links lead. It need not exist. */
function placeOf(run: string): string {
  try {
    return realpathSync(run);
  } catch {
    return resolve(run);
  }
}

/** Refuses runs of which two are the same folder. @throws UsageError naming it. */
export function expectDifferentRuns(runs: readonly string[]): void {
  const places = runs.map(placeOf);
  const second = places.findIndex((place, index) => places.indexOf(place) < index);
  if (second < 0) return;
  const first = runs[places.indexOf(places[second]!)]!;
  const same = first === runs[second] ? 'is given twice' : `and ${first} are the same folder`;
  throw new UsageError(`RUN: ${runs[second]} ${same}`);
}
