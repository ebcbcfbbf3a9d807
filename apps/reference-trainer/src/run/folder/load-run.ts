import { isDeepStrictEqual } from 'node:util';
import type { Task } from '@hrm/data';
import type { NamedHostTensors } from '@hrm/files';
import type { Precision } from '@hrm/layers';
import { setParameterValues, type RecursiveReasoner } from '@hrm/models';
import { expectModelSizes } from '@hrm/models/internal';
import { UsageError } from '../../command-line/usage-error';
import type { RunConfig } from '../../config/run-config';
import type { TaskConfig } from '../../config/task-options';
import type { Terminal } from '../../terminal/terminal';
import { buildRunModel, modelConfigOf } from '../building/build-run';
import type { Engine } from '../../engine/engine';
import { preparePrecision } from '../../engine/precision';
import { loadParts } from '../parts/load-parts';
import { makeTask } from '../parts/make-part';
import type { RunCatalog } from '../parts/run-catalog';
import { taskOfOptions } from '../parts/task-of-options';
import type { Identifiers } from '../puzzles/identifier-names';
import type { PuzzleSizes } from '../puzzles/puzzle-sizes';
import { differenceOfTokens } from '../puzzles/task-file';
import { identifiersOfRun } from './identifiers-of-run';
import { readRunWeights } from './read-run-weights';
import { readRunDescription, type RunDescription } from './run-folder';

/** The trained model of a run, with its config. */
export interface LoadedRun {
  model: RecursiveReasoner;
  config: RunConfig;
  /** The folder of its puzzles, if the run has one. */
  data: string | undefined;
  step: number;
  task: Task;
  /** What the config could name. */
  parts: RunCatalog;
  run: string;
  /** The puzzle identifiers that the model has vectors for; undefined if it has no puzzle embedding. */
  identifiers: Identifiers | undefined;
}

/** Options of {@link loadRun}. */
export interface LoadRunOptions {
  /**
   * Whether the modules that the run imports may be executed, see `loadParts`. Default false: only those allowed
   * before.
   */
  allowImports?: boolean;
  /** Replaces the precision of the run's config. */
  precision?: Precision | undefined;
  /** What will compile the model. Default: nothing. */
  engine?: Pick<Engine, 'compileMode'>;
  /** What `loadRunParts` returned for this run. Default: it is called. */
  loaded?: LoadedRunParts;
}

/** The description of a run, and what it names. */
export interface LoadedRunParts {
  description: RunDescription;
  parts: RunCatalog;
  /** The config of the run, with the puzzles and the segments that are asked for. */
  config: RunConfig;
  task: Task;
  /** Sizes of these puzzles. */
  sizes: PuzzleSizes;
}

/** Options of {@link loadRunParts}. */
export interface LoadRunPartsOptions extends Pick<LoadRunOptions, 'allowImports'> {
  /** Puzzles of the same kind, but perhaps another size, to make the model for. Default: those of the run. */
  task?: TaskConfig | undefined;
  /** Options of the run's task to change, such as `width=30`, instead of `task`. Default: none. */
  set?: readonly string[];
  /** The most segments of a puzzle. Default: as in training. */
  segments?: number | undefined;
  /** The option or argument that names the run, for messages. Default `--run`. */
  flag?: string;
}

/**
 * Loads what a run names, without its model.
 *
 * @throws UsageError if there is no run, or if it imports modules that are not allowed or lack its task.
 */
export async function loadRunParts(
  run: string,
  terminal: Terminal,
  { allowImports = false, set = [], segments, flag, ...options }: LoadRunPartsOptions = {},
): Promise<LoadedRunParts> {
  const description = readRunDescription(run, flag);
  const { config, imports } = description;
  const { parts } = await loadParts(config, { allowImports, recorded: imports, terminal });
  const asked = withSegments(config, segments);
  const { kind, ...flagged } = config.task;
  const other = set.length > 0 ? taskOfOptions({ task: kind, set, flagged }, parts) : options.task;
  const own = { description, parts, config: asked, task: makeTask(config, parts), sizes: description.puzzles };
  if (!other || other.kind !== kind || isDeepStrictEqual(other, config.task)) return own;
  const task = makeTask({ ...config, task: other }, parts);
  if (task.vocabSize !== own.sizes.vocabSize) return own;
  const difference = set.length > 0 ? undefined : differenceOfTokens(config.task, other);
  if (difference !== undefined) {
    const fix = 'import them together with the training file of the run';
    throw new UsageError(`--data: these puzzles have ${difference}; ${fix}`);
  }
  const sizes = { ...own.sizes, seqLen: task.seqLen, grid: task.grid && { ...task.grid } };
  return { ...own, config: { ...asked, task: other }, task, sizes };
}

/**
 * Loads the model of a run from its newest or best checkpoint, with the averaged weights if there are any.
 *
 * @throws UsageError if there is no run, or if it imports modules that are not allowed; FileFormatError if the
 *   checkpoint is of another model; Error if its numbers are not finite.
 */
export async function loadRun(
  run: string,
  which: 'newest' | 'best',
  terminal: Terminal,
  { allowImports = false, precision, loaded, engine = { compileMode: 'eager' } }: LoadRunOptions = {},
): Promise<LoadedRun> {
  const { description, parts, task, sizes, ...asked } = loaded ?? (await loadRunParts(run, terminal, { allowImports }));
  const { data } = description;
  const config = withPrecision(asked.config, precision);
  const { values, step, path } = await readRunWeights(run, description, terminal, { checkpoint: which });
  expectModelSizes(modelConfigOf(config, sizes), values, { path, hasOwnParts: config.imports !== undefined });
  const model = buildRunModel(config, sizes, parts);
  setWeights(model, values, sizes === description.puzzles ? undefined : task);
  await preparePrecision(engine, config.model, terminal);
  const identifiers = model.puzzleTable && (await identifiersOfRun(run, description));
  return { model, config, data, step, task, parts, run, identifiers };
}

/** Gives a model its weights. @throws UsageError if a parameter depends on the size of `otherTask`. */
function setWeights(model: RecursiveReasoner, values: NamedHostTensors, otherTask: Task | undefined): void {
  try {
    setParameterValues(model, values);
  } catch (error) {
    model.dispose();
    if (!otherTask) throw error;
    throw new UsageError(
      `the run's model cannot take ${otherTask.name}, because its weights depend on the size: ${(error as Error).message}`,
    );
  }
}

/** The config with another maximum number of segments. @throws UsageError if its controller is made of others. */
function withSegments(config: RunConfig, segments: number | undefined): RunConfig {
  if (segments === undefined) return config;
  const { halting } = config.model;
  if ('of' in halting) {
    throw new UsageError(`--segments: the controllers inside "${halting.type}" have their own numbers of segments`);
  }
  const key = halting.type === 'fixed-steps' ? 'segments' : 'maxSegments';
  return { ...config, model: { ...config.model, halting: { ...halting, [key]: segments } } };
}

const withPrecision = (config: RunConfig, precision = config.model.precision): RunConfig => ({
  ...config,
  model: { ...config.model, precision },
});
