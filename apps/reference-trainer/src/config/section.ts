import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';

/** The name that was most likely meant; none where all are too far off. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  // Names differ in upper and lower case too, as hcycles for hCycles.
  const found = known.find((one) => one.toLowerCase() === name.toLowerCase()) ?? closest(name, known);
  return distance(name.toLowerCase(), found.toLowerCase()) <= 0.4 * Math.max(name.length, 3) ? found : undefined;
}

const shown = (name: string) => (/^[$\w]{1,40}$/.test(name) ? name : JSON.stringify(name.slice(0, 40)));

/** A part of a config whose keys are all known. Any other is an error that has the nearest one, a line for each. */
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
