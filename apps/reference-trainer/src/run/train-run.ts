import type { Precision } from '@hrm/layers';
import { loadRunConfig, overrideRunConfig } from '../config/load-run-config';
import { presets } from '../config/presets/presets';
import type { RunConfig } from '../config/run-config';
import type { Terminal } from '../terminal/terminal';
import { kebab, UsageError } from '../command-line/usage-error';
import { beginRun, type RunOptions } from './training/begin-run';
import { resumeRun } from './resume/resume-run';
import { holdsRun, readRunDescription } from './folder/run-folder';
import { readSourceRun, type NewVectors } from './training/source-run';
import { differenceOfTokens, readTaskFile } from './puzzles/task-file';
import type { TrainedRun } from './training/train-prepared';

/** Options of {@link trainRun}. */
export interface TrainRunOptions extends RunOptions {
  /** Replaces the seed of the config. */
  seed?: number | undefined;
  /** Replaces the precision of the config. */
  precision?: Precision | undefined;
  /** Replaces `training.wire` of the config. */
  wire?: RunConfig['training']['wire'] | undefined;
  /** Replaces `training.logTo` of the config. */
  logTo?: RunConfig['training']['logTo'] | undefined;
  /** Resumes the run in `out`, if there is one. */
  resume: boolean;
  /** Overrides of the config, such as `training.learningRate=1e-3`. */
  set?: readonly string[];
  /** The folder of the run whose weights a new run begins with. */
  from?: string | undefined;
  /** The only parameters to train, separated by commas; `puzzle-embedding` is a name for the puzzle embedding. */
  only?: string | undefined;
  /** How vectors of new puzzle identifiers begin. Default mean. */
  newVectors?: NewVectors | undefined;
  /** The checkpoint of the run that it begins with. Default newest. */
  checkpoint?: 'newest' | 'best' | undefined;
}

/** The named config or, without a name, that of the run, with overrides. */
function configFor(
  nameOrPath: string | undefined,
  { out, data, seed, precision, wire, logTo, resume, from, only, set = [] }: TrainRunOptions,
  before?: RunConfig,
): RunConfig {
  const parts = only?.split(',').map((name) => (name.trim() === 'puzzle-embedding' ? 'puzzleEmbedding' : name.trim()));
  if (parts?.includes('')) throw new UsageError('--only: expected names of parameters, separated by commas');
  const overrides = [
    ...(parts ? [`training.trains=${JSON.stringify(parts)}`] : []),
    ...set,
    ...(seed === undefined ? [] : [`training.seed=${seed}`]),
    ...(precision === undefined ? [] : [`model.precision=${precision}`]),
    ...(wire === undefined ? [] : [`training.wire=${wire}`]),
    ...(logTo === undefined ? [] : [`training.logTo=${JSON.stringify(logTo)}`]),
  ];
  const ofData = data === undefined ? undefined : readTaskFile(data);
  if (nameOrPath !== undefined) return loadRunConfig(nameOrPath, overrides, ofData ?? before?.task);
  if (before) {
    // A run that is resumed keeps its task.
    const task = (from === undefined ? undefined : ofData) ?? before.task;
    return overrideRunConfig({ ...before, task }, overrides, `the config of ${from ?? out}`);
  }
  throw new UsageError(
    resume
      ? `--resume: there is no run in ${out}; give a CONFIG to begin one`
      : `CONFIG is missing: a preset (${Object.keys(presets).join(', ')}) or a JSON file; --resume continues the run in --out, --from begins with another run`,
  );
}

/** The config of a run, for another one that begins with its weights: which parameters it trained is left out. */
function fineTuned({ training: { trains: _, ...training }, ...config }: RunConfig): RunConfig {
  return { ...config, training };
}

/**
 * Begins or resumes a run, and trains it.
 *
 * @param nameOrPath a preset or the path of a config; undefined for the config of the run in `out`.
 */
export async function trainRun(
  nameOrPath: string | undefined,
  options: TrainRunOptions,
  terminal: Terminal,
): Promise<TrainedRun> {
  const { from, newVectors = 'mean', checkpoint = 'newest' } = options;
  if (from !== undefined) {
    if (options.resume)
      throw new UsageError('--from: it begins a new run, and --resume continues one; give one of them');
    const before = readRunDescription(from, '--from').config;
    const config = configFor(nameOrPath, options, fineTuned(before));
    const difference = differenceOfTokens(before.task, config.task);
    if (difference !== undefined) terminal.warn(`--from: the puzzles have ${difference}.`);
    const source = await readSourceRun(from, { checkpoint, newVectors }, terminal);
    return beginRun(config, { ...options, from: source }, terminal);
  }
  for (const name of ['only', 'newVectors', 'checkpoint'] as const) {
    if (options[name] === undefined) continue;
    throw new UsageError(`--${kebab(name)}: it needs --from, the run whose weights this one begins with`);
  }
  if (options.resume && holdsRun(options.out)) {
    return resumeRun((before) => configFor(nameOrPath, options, before), options, terminal);
  }
  return beginRun(configFor(nameOrPath, options), { ...options, from: undefined }, terminal);
}
