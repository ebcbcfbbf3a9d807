import { FileFormatError, type HostTensor, type NamedHostTensors } from '@hrm/files';
import { weightsFromOfficial } from '@hrm/models';
import type { JsonValue } from './checkpoint-manifest';
import { CheckpointStore } from './checkpoint-store';

/** Choices of {@link readWeights}. */
export interface ReadWeightsOptions {
  /** The newest that is whole, or the one with the highest metric. Default `newest`. */
  readonly checkpoint?: 'newest' | 'best';
  /** The averages, where some were kept, or the weights that training goes on with. Default `averaged`. */
  readonly weights?: 'averaged' | 'own';
  /** Told of damaged checkpoints that are passed over. Default: console.warn. */
  readonly onWarning?: (message: string) => void;
}

/** The weights of a run. */
export interface RunWeights {
  /** Every parameter of the model, by our names. */
  readonly values: NamedHostTensors;
  /** Whether there was an average among them. */
  readonly averaged: boolean;
  /** Steps made before they were saved. */
  readonly step: number;
  /** The folder of their checkpoint, and what was saved beside the tensors. */
  readonly path: string;
  readonly state: JsonValue;
}

/**
 * The weights of a run, from its newest checkpoint or its best: those of the file `weights`, and in their place the averages of
 * the file `ema`, where there is one. Names may be the official ones.
 *
 * @param run the folder of the run; nothing in it is changed.
 * @throws FileFormatError where there is no whole checkpoint, or none at all.
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
  const { checkpoint: which = 'newest', weights = 'averaged', onWarning } = options;
  const store = await CheckpointStore.open(run, { readOnly: true, ...(onWarning && { onWarning }) });
  // The optimizer's state and the carry are of no use here, and larger than the model.
  const needed = { only: ['weights'], optional: weights === 'averaged' ? ['ema'] : [] };
  const checkpoint = which === 'best' ? await store.best(needed) : await store.latest(needed);
  if (!checkpoint) {
    const expected = which === 'best' ? 'one with a metric; take the newest' : 'one; train, or import a run, first';
    throw new FileFormatError({ path: store.folder, problem: `there is no checkpoint yet`, expected });
  }
  const { weights: own, ema } = checkpoint.files;
  const values = new Map<string, HostTensor>(ourNames(own!));
  // An average leaves out what is not trained, such as the start vectors.
  if (ema) for (const [name, value] of ourNames(ema)) values.set(name, value);
  const { step, path, state } = checkpoint;
  return { values, averaged: ema !== undefined, step, path, state };
}

function ourNames(tensors: NamedHostTensors): NamedHostTensors {
  return [...tensors.keys()].some((name) => name.startsWith('inner.')) ? weightsFromOfficial(tensors) : tensors;
}
