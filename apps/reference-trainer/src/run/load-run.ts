import { setParameterValues, type RecursiveReasoner } from '@hrm/models';
import { CheckpointStore } from '@hrm/trainer/checkpoint';
import type { RunConfig } from '../config/run-config';
import type { Terminal } from '../terminal/terminal';
import { UsageError } from '../terminal/usage-error';
import { buildRunModel } from './build-run';
import { expectFinite } from './expect-finite';
import { loadParts } from './load-parts';
import { expectCheckpointOf } from './resume-point';
import { readRunDescription } from './run-folder';
import { weightsForInference } from './run-state';

/** A trained model, and what it was trained for. */
export interface LoadedRun {
  model: RecursiveReasoner;
  config: RunConfig;
  /** The folder with its puzzles, where the run knows one. */
  data: string | undefined;
  step: number;
}

/** Choices of {@link loadRun}. */
export interface LoadRunOptions {
  /** Whether modules that the run imports may be executed, see `loadParts`. Default false: only those allowed before. */
  allowImports?: boolean;
}

/**
 * Loads the model of a run from its newest checkpoint, or its best, with the averaged weights where there are any.
 *
 * @throws UsageError where there is none, or the run would execute modules that are not allowed; FileFormatError where the
 * checkpoint is of another model than the run's; Error where its numbers are not finite.
 */
export async function loadRun(
  run: string,
  which: 'newest' | 'best',
  terminal: Terminal,
  { allowImports = false }: LoadRunOptions = {},
): Promise<LoadedRun> {
  const { config, data, puzzles, imports } = readRunDescription(run);
  const { parts } = await loadParts(config, { allowImports, recorded: imports, terminal });
  const store = await CheckpointStore.open(run, {
    readOnly: true,
    onWarning: (warning) => terminal.say(`Warning: ${warning}`),
  });
  // The optimizer's state and the carry are of no use here, and larger than the model.
  const needed = { only: config.training.emaDecay === undefined ? ['weights'] : ['weights', 'ema'] };
  const checkpoint = which === 'best' ? await store.best(needed) : await store.latest(needed);
  if (!checkpoint) throw new UsageError(`--run: ${run} holds no checkpoint yet`);
  expectCheckpointOf(checkpoint, config, ['task', 'model']);
  expectFinite(checkpoint.path, checkpoint.files);
  const model = buildRunModel(config, puzzles, parts);
  setParameterValues(model, weightsForInference(checkpoint.files));
  return { model, config, data, step: checkpoint.step };
}
