import { setParameterValues, type RecursiveReasoner } from '@hrm/models';
import { CheckpointStore } from '@hrm/trainer/checkpoint';
import type { RunConfig } from '../config/run-config';
import type { Terminal } from '../terminal/terminal';
import { UsageError } from '../terminal/usage-error';
import { buildRunModel } from './build-run';
import { loadParts } from './load-parts';
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

/** Loads the model of a run from its newest checkpoint, or its best, with the averaged weights where there are any. */
export async function loadRun(run: string, which: 'newest' | 'best', terminal: Terminal): Promise<LoadedRun> {
  const { config, data, puzzles } = readRunDescription(run);
  const store = await CheckpointStore.open(run, {
    readOnly: true,
    onWarning: (warning) => terminal.say(`Warning: ${warning}`),
  });
  // The optimizer's state and the carry are of no use here, and larger than the model.
  const needed = { only: config.training.emaDecay === undefined ? ['weights'] : ['weights', 'ema'] };
  const checkpoint = which === 'best' ? await store.best(needed) : await store.latest(needed);
  if (!checkpoint) throw new UsageError(`--run: ${run} holds no checkpoint yet`);
  const model = buildRunModel(config, puzzles, await loadParts(config));
  setParameterValues(model, weightsForInference(checkpoint.files));
  return { model, config, data, step: checkpoint.step };
}
