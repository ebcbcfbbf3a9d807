import { createHash } from 'node:crypto';
import { relative, resolve, join } from 'node:path';
import { printedCommand } from '../command-line/printed-command';
import { UsageError } from '../command-line/usage-error';
import { loadRunConfig, parseValue } from '../config/load-run-config';
import { presets } from '../config/presets/presets';
import type { RunConfig } from '../config/run-config';
import { readTaskFile } from '../run/puzzles/task-file';
import type { Settings, SettingValue, Sweep } from './sweep-config';

/** Options that all runs of a sweep share, as `hrm train` has them. */
export interface JobOptions {
  data?: string | undefined;
  backend?: string | undefined;
  compile: string;
  precision?: string | undefined;
  /** Threads of each run. */
  threads: number;
}

/** One run of a sweep. */
export interface SweepJob {
  /** What differs, such as `learningRate=0.001,seed=0`. Its folder has this name. */
  name: string;
  /** The name without the seed: the runs of all seeds of these settings are one row of the table. */
  group: string;
  settings: Settings;
  seed: number | undefined;
  /** The config that it trains. */
  config: RunConfig;
  /** The words of `hrm train` that trains it. Paths are absolute. */
  words: readonly string[];
}

/** The most runs of a sweep. */
const MOST_JOBS = 10_000;
/** The longest name. Systems allow 255 bytes. */
const LONGEST_NAME = 120;
/** The longest text of a value in a name. */
const LONGEST_VALUE = 40;

/** The values of a key as parts of a name. Different values get different texts. */
function labelsOf(values: readonly SettingValue[]): string[] {
  const labels: string[] = [];
  for (const value of values) {
    // A part such as { "type": "mixer", "expansion": 1 } has a type.
    const isPart = typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
    const text = value === null ? 'none' : isPart ? String(value.type) : typeof value === 'string' ? value : JSON.stringify(value); // prettier-ignore
    const plain = text.replace(/[^\w.+-]+/g, '-').replace(/^-(?!\d)|-$/g, '').slice(0, LONGEST_VALUE) || 'empty'; // prettier-ignore
    let label = plain;
    // Some file systems do not tell upper from lower case.
    const isTaken = () => labels.some((other) => other.toLowerCase() === label.toLowerCase());
    for (let count = 2; isTaken(); count++) label = `${plain}-${count}`;
    labels.push(label);
  }
  return labels;
}

/** Short names of keys: the last word, or all of them where two keys share it. */
function shortKeys(keys: readonly string[]): Map<string, string> {
  const last = (key: string) => key.slice(key.lastIndexOf('.') + 1);
  const isShared = (key: string) => keys.some((other) => other !== key && last(other) === last(key));
  return new Map(keys.map((key) => [key, isShared(key) ? key : last(key)]));
}

/** Every combination of one value of each key, the last key fastest. */
const combinations = (grid: Sweep['grid']): Settings[] =>
  Object.entries(grid).reduce<Settings[]>(
    (all, [key, values]) => all.flatMap((settings) => values.map((value) => ({ ...settings, [key]: value }))),
    [{}],
  );

/** An assignment as `--set` takes it. */
function assignmentOf(key: string, value: SettingValue): string {
  // A text that would be read as JSON, such as "12", keeps its quotes.
  const isText = typeof value === 'string' && parseValue(value) === value;
  return `${key}=${isText ? value : JSON.stringify(value)}`;
}

/** A name that a file can have. */
const fitting = (name: string): string =>
  name.length <= LONGEST_NAME
    ? name
    : `${name.slice(0, LONGEST_NAME - 9)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;

/**
 * The runs of a sweep, each with its config checked. All settings of a seed come before the next seed, so that the
 * settings can be compared early.
 *
 * @param out the folder of the sweep.
 * @param source the name of the sweep in errors.
 * @throws UsageError that names the keys which are wrong.
 */
export function sweepJobs(sweep: Sweep, out: string, options: JobOptions, source: string): SweepJob[] {
  const { config, set, grid, list = [{}], seeds = [undefined] } = sweep;
  // Counted before they are made: a few keys of ten values have more than memory holds.
  const count = Object.values(grid).reduce((product, { length }) => product * length, list.length * seeds.length);
  if (count > MOST_JOBS) {
    throw new UsageError(`${source}: it has ${count} runs, more than the ${MOST_JOBS} that one sweep takes`);
  }
  const all = list.flatMap((entry) => combinations(grid).map((settings) => ({ ...entry, ...settings })));
  const keys = [...new Set([...list.flatMap((entry) => Object.keys(entry)), ...Object.keys(grid)])];
  const short = shortKeys([...keys, 'training.seed']);
  const valuesOf = (key: string) =>
    Object.hasOwn(grid, key)
      ? grid[key]!
      : distinct(list.flatMap((entry) => (Object.hasOwn(entry, key) ? [entry[key]!] : [])));
  const labels = new Map(
    keys.map((key) => {
      const values = valuesOf(key);
      const texts = labelsOf(values);
      return [key, new Map(values.map((value, index) => [JSON.stringify(value), texts[index]!]))];
    }),
  );
  const label = (key: string, value: SettingValue) =>
    `${short.get(key)}=${labels.get(key)!.get(JSON.stringify(value))}`;
  const task = options.data === undefined ? undefined : readTaskFile(options.data);
  const jobs = seeds.flatMap((seed) =>
    all.map((settings): SweepJob => {
      const group = keys.filter((key) => Object.hasOwn(settings, key)).map((key) => label(key, settings[key]!)).join(','); // prettier-ignore
      const full = [group, ...(seed === undefined ? [] : [`seed=${seed}`])].filter(Boolean).join(',');
      const name = fitting(full === '' ? 'base' : full);
      const assignments = Object.entries({ ...set, ...settings }).map(([key, value]) => assignmentOf(key, value));
      return {
        name,
        group: group === '' ? 'base' : fitting(group),
        settings,
        seed,
        config: configOf(
          sweep,
          [
            ...assignments,
            ...(seed === undefined ? [] : [`training.seed=${seed}`]),
            ...(options.precision === undefined ? [] : [`model.precision=${options.precision}`]),
          ],
          { task, source: `${source}: ${name}` },
        ),
        words: [
          ...['train', config, '--out', resolve(join(out, name))],
          ...assignments.flatMap((assignment) => ['--set', assignment]),
          ...(seed === undefined ? [] : ['--seed', `${seed}`]),
          ...(options.data === undefined ? [] : ['--data', resolve(options.data)]),
          ...(options.backend === undefined ? [] : ['--backend', options.backend]),
          ...(options.compile === 'xla' ? [] : ['--compile', options.compile]),
          ...(options.precision === undefined ? [] : ['--precision', options.precision]),
          ...['--threads', `${options.threads}`],
        ],
      };
    }),
  );
  const names = new Set<string>();
  for (const { name } of jobs) {
    if (names.has(name)) throw new UsageError(`${source}: two runs are the same: ${name}`);
    names.add(name);
  }
  return jobs;
}

const distinct = (values: readonly SettingValue[]): SettingValue[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

/** The checked config of a run. */
function configOf(
  { config }: Sweep,
  overrides: readonly string[],
  { task, source }: { task: ReturnType<typeof readTaskFile>; source: string },
): RunConfig {
  try {
    return loadRunConfig(config, overrides, task);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${source}: ${error.message.replace(/^--set: /, '')}`);
  }
}

/** The command that trains this run alone, to be pasted into a shell. Paths are relative to the working directory. */
export function commandOf({ words }: Pick<SweepJob, 'words'>): string {
  const isPath = (word: string, before: string | undefined) =>
    before === '--out' || before === '--data' || (before === 'train' && !Object.hasOwn(presets, word));
  const near = (path: string) => {
    const found = relative(process.cwd(), path);
    return found === '' ? '.' : found.startsWith('..') ? path : found;
  };
  return printedCommand(...words.map((word, index) => (isPath(word, words[index - 1]) ? near(word) : word)));
}
