import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { configPlace, describeIssues, UsageError } from '../command-line/usage-error';
import { presets } from '../config/presets/presets';
import { section } from '../config/section';
import { readConfigJson } from '../files/read-regular-file';
import { metricNames } from './sweep-metrics';

/** A value of a config key: JSON. `null` removes the key, as with `--set`. */
const value = z.json();
const assignments = z.record(z.string().min(1), value);

const sweepSchema = section({
  config: z.string().min(1, 'expected a preset, or the path of a config file'),
  set: assignments.default({}),
  grid: z.record(z.string().min(1), z.array(value).min(1, 'expected at least one value')).default({}),
  list: z.array(assignments).min(1, 'expected at least one object, such as { "model.hiddenSize": 64 }').optional(),
  seeds: z.array(z.int()).min(1, 'expected at least one seed').optional(),
  metric: z.enum(metricNames).default('exactAccuracy'),
});

/** A value of a config key. */
export type SettingValue = z.infer<typeof value>;

/** Values of config keys, such as `{ 'training.learningRate': 0.001 }`. */
export type Settings = Readonly<Record<string, SettingValue>>;

/** A sweep: the runs of each combination of `grid`, with each entry of `list`, for each seed. */
export interface Sweep {
  /** A preset, or the absolute path of a config file. */
  config: string;
  /** Values for all runs. */
  set: Settings;
  /** The values that each key takes. */
  grid: Readonly<Record<string, readonly SettingValue[]>>;
  /** Values that change together. Default: one entry without any. */
  list?: readonly Settings[] | undefined;
  /** Default: the seed of the config. */
  seeds?: readonly number[] | undefined;
  /** What the table is sorted by. */
  metric: (typeof metricNames)[number];
}

/** The key that `seeds` sets. */
const SEED = 'training.seed';

/** Faults that the schema cannot see. */
function faultsOf({ set, grid, list, seeds }: Sweep): string[] {
  const ofList = [...new Set((list ?? []).flatMap((entry) => Object.keys(entry)))];
  const places = [
    ...Object.keys(set).map((key) => ['set', key] as const),
    ...Object.keys(grid).map((key) => ['grid', key] as const),
    ...ofList.map((key) => ['list', key] as const),
  ];
  const faults = places.flatMap(([place, key], index) => {
    if (key === SEED) return [`${place}.${key}: give "seeds" instead, such as "seeds": [0, 1, 2]`];
    if (key.includes('=')) return [`${place}.${key}: is not known; a key has no "="`];
    const before = places.slice(0, index);
    const earlier = before.find(([, other]) => other === key);
    if (earlier) return [`${place}.${key}: it is in "${earlier[0]}" too; give it once`];
    // Entries of a list do not meet each other.
    const lost = before.find(([from, other]) => other.startsWith(`${key}.`) && !(from === 'list' && place === 'list'));
    return lost ? [`${place}.${key}: it would replace ${lost.join('.')}; give that value inside ${place}.${key}`] : [];
  });
  const twice = (values: readonly unknown[]) => {
    const texts = values.map((one) => JSON.stringify(one));
    return texts.find((text, index) => texts.indexOf(text) < index);
  };
  const lists = [
    ...Object.entries(grid).map(([key, values]) => [`grid.${key}`, values] as const),
    ['list', list ?? []] as const,
    ['seeds', seeds ?? []] as const,
  ];
  for (const [place, values] of lists) {
    const text = twice(values);
    if (text !== undefined) faults.push(`${place}: ${text} is given twice`);
  }
  if (Object.keys(grid).length === 0 && !list && !seeds) {
    faults.push('grid, list and seeds are missing; expected at least one, such as "seeds": [0, 1, 2]');
  }
  return faults;
}

/** Checks the content of a sweep. @param source its name in errors. @throws UsageError that names the keys. */
export function checkSweep(content: unknown, source: string): Sweep {
  const { data, error } = sweepSchema.safeParse(content);
  const place = (path: readonly PropertyKey[]) => (path.length === 0 ? 'the sweep' : configPlace(path));
  if (!data) throw new UsageError(`${source}: ${describeIssues(error, place)}`);
  const [fault, ...more] = faultsOf(data);
  if (fault !== undefined) throw new UsageError(`${source}: ${[fault, ...more].join(`\n${source}: `)}`);
  return data;
}

/** Reads a sweep. The path of its config file is relative to it. @throws UsageError that names what is wrong. */
export function readSweep(path: string): Sweep {
  if (!existsSync(path)) throw new UsageError(`SWEEP: there is no file called "${path}"`);
  const reviver = (key: string, value: unknown) => {
    // The schema would ignore it silently.
    if (key === '__proto__') throw new UsageError(`${path}: ${key} is not known`);
    return value;
  };
  const sweep = checkSweep(readConfigJson(path, { reviver }), path);
  if (Object.hasOwn(presets, sweep.config)) return sweep;
  const config = resolve(dirname(path), sweep.config);
  if (existsSync(config)) return { ...sweep, config };
  throw new UsageError(
    `${path}: config: there is no preset or file called "${sweep.config}"; the presets are ${Object.keys(presets).join(', ')}`,
  );
}
