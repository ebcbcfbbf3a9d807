import { FileFormatError, type HostTensor, type NamedHostTensors } from '@hrm/files';
import { expectChoice, expectOptions } from '@hrm/layers/internal';
import { weightsFromOfficial } from '@hrm/models';
import type { JsonValue } from './checkpoint-manifest';
import { CheckpointStore } from './checkpoint-store';

/** Options of {@link readWeights}. */
export interface ReadWeightsOptions {
  /** The newest undamaged checkpoint, or the one with the highest metric. Default `newest`. */
  readonly checkpoint?: 'newest' | 'best';
  /** The averaged weights if there are some, or the weights that training continues with. Default `averaged`. */
  readonly weights?: 'averaged' | 'own';
  /** Called with a warning about skipped, damaged checkpoints. Default: console.warn. */
  readonly onWarning?: (message: string) => void;
}

/** The weights of a run. */
export interface RunWeights {
  /** Every parameter of the model, by this project's names. */
  readonly values: NamedHostTensors;
  /** Whether they are averages. */
  readonly averaged: boolean;
  /** The training step at which they were saved. */
  readonly step: number;
  /** The folder of their checkpoint, and its state. */
  readonly path: string;
  readonly state: JsonValue;
}

/**
 * Reads the weights of a run from its newest or its best checkpoint: the file `weights`, with the averages of the file
 * `ema` in place of its values if there is one. Names may be the official ones.
 *
 * @param run the folder of the run. Nothing in it is changed.
 * @throws FileFormatError where there is no undamaged checkpoint; RangeError for another choice.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { CheckpointStore, readWeights } from '@hrm/trainer/checkpoint';
 *
 * const run = await mkdtemp('run-');
 * const weights = new Map([['halting.head.bias', { dtype: 'float32', shape: [2], data: Float32Array.of(-5, -5) } as const]]);
 * await (await CheckpointStore.open(run)).save({ step: 500, files: { weights }, state: null });
 * const { step, values } = await readWeights(run);
 * console.log(step, values.get('halting.head.bias')?.data);
 * ```
 */
export async function readWeights(run: string, options: ReadWeightsOptions = {}): Promise<RunWeights> {
  expectOptions('readWeights', options, ['checkpoint', 'weights', 'onWarning']);
  const { checkpoint: which = 'newest', weights = 'averaged', onWarning } = options;
  expectChoice('readWeights', { checkpoint: which }, ['newest', 'best']);
  expectChoice('readWeights', { weights }, ['averaged', 'own']);
  const store = await CheckpointStore.open(run, { readOnly: true, ...(onWarning && { onWarning }) });
  // Does not read the optimizer's state and the carry, which are larger than the model.
  const needed = { only: ['weights'], optional: weights === 'averaged' ? ['ema'] : [] };
  const checkpoint = which === 'best' ? await store.best(needed) : await store.latest(needed);
  if (!checkpoint) {
    const expected = which === 'best' ? 'one with a metric; take the newest' : 'one; train, or import a run, first';
    throw new FileFormatError({ path: store.folder, problem: `there is no checkpoint yet`, expected });
  }
  const { weights: own, ema } = checkpoint.files;
  const values = new Map<string, HostTensor>(ourNames(own!));
  // The averages lack parameters that are not trained, such as the initial latents.
  if (ema) for (const [name, value] of ourNames(ema)) values.set(name, value);
  const { step, path, state } = checkpoint;
  return { values, averaged: ema !== undefined, step, path, state };
}

function ourNames(tensors: NamedHostTensors): NamedHostTensors {
  return [...tensors.keys()].some((name) => name.startsWith('inner.')) ? weightsFromOfficial(tensors) : tensors;
}
