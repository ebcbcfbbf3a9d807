import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';

/** The known name that is most similar; undefined if none is similar enough. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  // Such as hcycles for hCycles.
  const found = known.find((one) => one.toLowerCase() === name.toLowerCase()) ?? closest(name, known);
  return distance(name.toLowerCase(), found.toLowerCase()) <= 0.4 * Math.max(name.length, 3) ? found : undefined;
}

const shown = (name: string) => (/^[$\w]{1,40}$/.test(name) ? name : JSON.stringify(name.slice(0, 40)));

/** A config object whose keys are all known. For each unknown key, the error has a line with the most similar one. */
export const section = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const known = Object.keys(shape);
      return issue.keys
        .map((key) => {
          const nearest = nearestName(key, known);
          return `${shown(key)} is not known${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
        })
        .join('\n');
    },
  });
