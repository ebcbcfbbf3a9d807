import { relative, resolve, join } from 'node:path';
import { printedCommand } from '../command-line/printed-command';
import { UsageError } from '../command-line/usage-error';
import { loadRunConfig, parseValue } from '../config/load-run-config';
import { presets } from '../config/presets/presets';
import type { RunConfig } from '../config/run-config';
import { readTaskFile } from '../run/puzzles/task-file';
import { fittingName, groupNames } from './run-names';
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
  const groupOf = groupNames(sweep);
  const task = options.data === undefined ? undefined : readTaskFile(options.data);
  const jobs = seeds.flatMap((seed) =>
    all.map((settings): SweepJob => {
      const group = groupOf(settings);
      const full = [group, ...(seed === undefined ? [] : [`seed=${seed}`])].filter(Boolean).join(',');
      const name = fittingName(full === '' ? 'base' : full);
      const assignments = Object.entries({ ...set, ...settings }).map(([key, value]) => assignmentOf(key, value));
      const overrides = [
        ...assignments,
        ...(seed === undefined ? [] : [`training.seed=${seed}`]),
        ...(options.precision === undefined ? [] : [`model.precision=${options.precision}`]),
      ];
      return {
        name,
        group: group === '' ? 'base' : fittingName(group),
        settings,
        seed,
        config: configOf(sweep, overrides, { task, source: `${source}: ${name}` }),
        words: [
          ...['train', config, '--out', resolve(join(out, name))],
          ...assignments.flatMap((assignment) => ['--set', assignment]),
          ...(seed === undefined ? [] : ['--seed', `${seed}`]),
          ...wordsOf(options),
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

/** The options of a run as words of `hrm train`. */
const wordsOf = ({ data, backend, compile, precision, threads }: JobOptions): string[] => [
  ...(data === undefined ? [] : ['--data', resolve(data)]),
  ...(backend === undefined ? [] : ['--backend', backend]),
  ...(compile === 'xla' ? [] : ['--compile', compile]),
  ...(precision === undefined ? [] : ['--precision', precision]),
  ...['--threads', `${threads}`],
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
