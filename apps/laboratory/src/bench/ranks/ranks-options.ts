import { UsageError } from '@hrm/cli/internal';
import type { BenchSizeName } from '../against/bench-size';

/** Numbers separated by commas. @throws UsageError for anything else, or for one that is not in its range. */
function numbers(
  flag: string,
  given: string,
  { expected, accepts }: { expected: string; accepts: (x: number) => boolean },
) {
  const parsed = given.split(',').map((word) => (word.trim() === '' ? Number.NaN : Number(word)));
  if (parsed.every(accepts)) return parsed;
  throw new UsageError(`${flag}: expected ${expected}, got ${JSON.stringify(given)}`);
}

const isAboveZero = (x: number) => Number.isFinite(x) && x > 0;

/** The options of `hrm-lab bench --ranks` as they were typed. */
interface TypedOptions {
  ranks: string;
  sizes?: readonly BenchSizeName[] | undefined;
  link?: string | undefined;
  bandwidth?: string | undefined;
  latency?: string | undefined;
  launcher?: string | undefined;
}

/** Reads the options of `hrm-lab bench --ranks`. @throws UsageError that names a wrong value. */
export function ranksOptions({ ranks, sizes, link, bandwidth, latency, launcher }: TypedOptions) {
  if (launcher?.trim() === '') throw new UsageError(`--launcher: expected a command, got ${JSON.stringify(launcher)}`);
  const known = ['small', 'medium', 'large'] as const;
  const chosen = sizes ?? ['medium', 'large'];
  const unknown = chosen.find((size) => !known.some((one) => one === size));
  if (unknown !== undefined) throw new UsageError(`--sizes: --ranks takes some of ${known.join(', ')}, not ${unknown}`);
  const wholes = {
    expected: 'numbers of ranks up to 1,024, such as 1,2',
    accepts: (x: number) => Number.isInteger(x) && x >= 1 && x <= 1024,
  };
  const many = [...new Set(numbers('--ranks', ranks, wholes))].filter((one) => one > 1).sort((a, b) => a - b);
  if (many.length === 0) throw new UsageError('--ranks: expected a number above 1 too, which is compared with 1 rank');
  const between =
    link === undefined
      ? undefined
      : numbers('--link', link, { expected: 'Gbit/s and µs of a message, such as 1,100', accepts: isAboveZero });
  if (between && between.length !== 2)
    throw new UsageError(`--link: expected two numbers, Gbit/s and µs, got ${JSON.stringify(link)}`);
  const latencies = numbers('--latency', latency ?? '25', {
    expected: 'microseconds, such as 25',
    accepts: (x) => Number.isFinite(x) && x >= 0,
  });
  if (latencies.length !== 1) throw new UsageError(`--latency: expected one number, got ${JSON.stringify(latency)}`);
  return {
    ranks: many,
    sizes: chosen,
    link: between && { gbits: between[0]!, microseconds: between[1]! },
    bandwidths: numbers('--bandwidth', bandwidth ?? '10,100', {
      expected: 'Gbit/s, such as 10,100',
      accepts: isAboveZero,
    }),
    latency: latencies[0]!,
  };
}
