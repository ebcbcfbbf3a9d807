import { existsSync } from 'node:fs';
import { z } from 'zod';
import { namesOf, readRegularFile } from '@hrm/cli/internal';
import { benchSizes } from './bench-size';
import type { Machine } from '../report/machine';
import type { Measurements } from './performance-target';

/** The part of `performance.json` that is checked; the measurements themselves are trusted. */
const schema = z.object({
  format: z.literal(1),
  machine: z.object({ processor: z.string(), cores: z.number(), versions: z.record(z.string(), z.string()) }),
  measurements: z.record(z.string(), z.unknown()),
});

/**
 * Reads the sizes that an earlier run measured on the same machine with the same versions, so that a long benchmark can
 * be run size by size. Undefined if there is none, or if the file is something else.
 */
export function keptMeasurements(file: string, machine: Machine): Measurements | undefined {
  if (!existsSync(file)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readRegularFile(file).toString('utf8'));
  } catch {
    return undefined;
  }
  const result = schema.safeParse(value);
  if (!result.success) return undefined;
  const { machine: earlier, measurements } = result.data;
  const sameVersions = Object.entries(machine.versions).every(([name, version]) => {
    return (earlier.versions[name] ?? version) === version;
  });
  if (earlier.processor !== machine.processor || earlier.cores !== machine.cores || !sameVersions) return undefined;
  return Object.fromEntries(
    namesOf(benchSizes).flatMap((name) => (measurements[name] ? [[name, measurements[name]]] : [])),
  );
}
