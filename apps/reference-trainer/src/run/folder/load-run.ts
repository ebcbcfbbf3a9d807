import type { Task } from '@hrm/data';
import type { Precision } from '@hrm/layers';
import { setParameterValues, type RecursiveReasoner } from '@hrm/models';
import { expectModelSizes } from '@hrm/models/internal';
import type { RunConfig } from '../../config/run-config';
import type { Terminal } from '../../terminal/terminal';
import { buildRunModel, modelConfigOf } from '../building/build-run';
import { sayIfWithoutBfloat16 } from '../../engine/precision';
import { loadParts } from '../parts/load-parts';
import { makeTask } from '../parts/make-part';
import type { RunCatalog } from '../parts/run-catalog';
import type { Identifiers } from '../puzzles/identifier-names';
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
  /** What `loadRunParts` returned for this run. Default: it is called. */
  loaded?: LoadedRunParts;
}

/** The description of a run, and what it names. */
export interface LoadedRunParts {
  description: RunDescription;
  parts: RunCatalog;
  task: Task;
}

/**
 * Loads what a run names, without its model.
 *
 * @throws UsageError if there is no run, or if it imports modules that are not allowed or lack its task.
 */
export async function loadRunParts(
  run: string,
  terminal: Terminal,
  { allowImports = false }: Pick<LoadRunOptions, 'allowImports'> = {},
): Promise<LoadedRunParts> {
  const description = readRunDescription(run);
  const { config, imports } = description;
  const { parts } = await loadParts(config, { allowImports, recorded: imports, terminal });
  return { description, parts, task: makeTask(config, parts) };
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
  { allowImports = false, precision, loaded }: LoadRunOptions = {},
): Promise<LoadedRun> {
  const { description, parts, task } = loaded ?? (await loadRunParts(run, terminal, { allowImports }));
  const { data, puzzles } = description;
  const config = withPrecision(description.config, precision);
  const { values, step, path } = await readRunWeights(run, description, terminal, { checkpoint: which });
  expectModelSizes(modelConfigOf(config, puzzles), values, { path, hasOwnParts: config.imports !== undefined });
  const model = buildRunModel(config, puzzles, parts);
  setParameterValues(model, values);
  sayIfWithoutBfloat16(config, terminal);
  const identifiers = model.puzzleTable && (await identifiersOfRun(run, description));
  return { model, config, data, step, task, parts, run, identifiers };
}

const withPrecision = (config: RunConfig, precision = config.model.precision): RunConfig => ({
  ...config,
  model: { ...config.model, precision },
});
