import type { Precision } from '@hrm/layers';
import { loadRunConfig, overrideRunConfig } from '../config/load-run-config';
import { presets } from '../config/presets';
import type { RunConfig } from '../config/run-config';
import type { Terminal } from '../terminal/terminal';
import { UsageError } from '../command-line/usage-error';
import { beginRun, type RunOptions } from './training/begin-run';
import { resumeRun } from './resume/resume-run';
import { holdsRun } from './folder/run-folder';
import { readTaskFile } from './puzzles/task-file';
import type { TrainedRun } from './training/train-prepared';

/** Options of {@link trainRun}. */
export interface TrainRunOptions extends RunOptions {
  /** Replaces the seed of the config. */
  seed?: number | undefined;
  /** Replaces the precision of the config. */
  precision?: Precision | undefined;
  /** Resumes the run in `out`, if there is one. */
  resume: boolean;
  /** Overrides of the config, such as `training.learningRate=1e-3`. */
  set?: readonly string[];
}

/** The named config or, without a name, that of the run, with overrides. */
function configFor(
  nameOrPath: string | undefined,
  { out, data, seed, precision, resume, set = [] }: TrainRunOptions,
  before?: RunConfig,
): RunConfig {
  const overrides = [
    ...set,
    ...(seed === undefined ? [] : [`training.seed=${seed}`]),
    ...(precision === undefined ? [] : [`model.precision=${precision}`]),
  ];
  if (nameOrPath !== undefined) {
    const ofData = data === undefined ? undefined : readTaskFile(data);
    return loadRunConfig(nameOrPath, overrides, ofData ?? before?.task);
  }
  if (before) return overrideRunConfig(before, overrides, `the config of ${out}`);
  throw new UsageError(
    resume
      ? `--resume: there is no run in ${out}; give a CONFIG to begin one`
      : `CONFIG is missing: a preset (${Object.keys(presets).join(', ')}) or a JSON file; --resume continues the run in --out`,
  );
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
  if (options.resume && holdsRun(options.out)) {
    return resumeRun((before) => configFor(nameOrPath, options, before), options, terminal);
  }
  return beginRun(configFor(nameOrPath, options), options, terminal);
}
