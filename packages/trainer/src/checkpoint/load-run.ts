import { join } from 'node:path';
import { FileFormatError, parseJsonObject } from '@hrm/files';
import {
  buildModel,
  type ModelConfig,
  type PartCatalog,
  type RecursiveReasoner,
  setParameterValues,
} from '@hrm/models';
import { nodeFileSystem, readWholeFile } from '@hrm/files/node';
import { describeValue, expectOptions } from '@hrm/layers/internal';
import { readWeights, type ReadWeightsOptions } from './read-weights';

/** Options of {@link loadRun}. */
export interface LoadRunOptions extends ReadWeightsOptions {
  /** The parts that the config names, if it uses your own. Default: the standard parts. */
  readonly parts?: PartCatalog;
  /** The model's config, for a run whose `config.json` has none. */
  readonly config?: ModelConfig;
}

/** A trained model and its origin. */
export interface LoadedRun {
  readonly model: RecursiveReasoner;
  /** Whether its weights are averages. */
  readonly averaged: boolean;
  /** The training step at which its weights were saved. */
  readonly step: number;
}

/** The largest `config.json` that is read, in bytes. */
const configLimit = 2 ** 20;

/**
 * Loads the model of a run from its folder. The run may be from `hrm train`, or from a program that writes checkpoints
 * with a file `weights`, and `config.json` with the model's config as `model`. `saveModel` of `@hrm/models` writes it
 * as one file.
 *
 * Executes no code of the folder, so pass the run's own parts as `parts`. Select a backend before.
 *
 * @param run the folder. Nothing in it is changed.
 * @throws FileFormatError where there is no run or no undamaged checkpoint; RangeError for unknown parts; Error where
 *   the weights do not fit the config.
 *
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { join } from 'node:path';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { buildModel, parameterValues } from '@hrm/models';
 * import { CheckpointStore, loadRun } from '@hrm/trainer/checkpoint';
 *
 * // A run: `hrm demo` makes one in runs/sudoku-4x4-demo, or else
 * const run = await mkdtemp('run-');
 * const made = buildModel({
 *   family: 'hrm', vocabSize: 6, seqLen: 16, hiddenSize: 16, hLayers: 1, lLayers: 1,
 *   block: { type: 'mixer' },
 *   schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
 *   halting: { type: 'q-learning' },
 * });
 * await writeFile(join(run, 'config.json'), JSON.stringify({ model: made.config }));
 * const store = await CheckpointStore.open(run);
 * await store.save({ step: 500, files: { weights: await parameterValues(made) }, state: null });
 *
 * const { model } = await loadRun(run);
 * const { answer } = await model.solve([2, 1, 1, 1, 1, 1, 4, 1, 1, 5, 1, 1, 1, 1, 1, 3]);
 * console.log(answer);
 * ```
 */
export async function loadRun(run: string, loadOptions: LoadRunOptions = {}): Promise<LoadedRun> {
  expectOptions('loadRun', loadOptions, ['parts', 'config', 'checkpoint', 'weights', 'onWarning']);
  const { parts, config: given, ...options } = loadOptions;
  if (typeof run !== 'string' || run === '') {
    throw new TypeError(`loadRun: run is ${describeValue(run)}, expected the path of a run's folder`);
  }
  const config = given ?? (await readModelConfig(run));
  const { values, averaged, step } = await readWeights(run, options);
  const model = buildModel(config, parts ? { parts } : {});
  try {
    setParameterValues(model, values);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return { model, averaged, step };
}

async function readModelConfig(run: string): Promise<ModelConfig> {
  const path = join(run, 'config.json');
  const bytes = await readWholeFile(nodeFileSystem, path, configLimit);
  const { model } = parseJsonObject(bytes, { path, what: 'it' });
  if (typeof model === 'object' && model !== null && !Array.isArray(model)) return model as ModelConfig;
  throw new FileFormatError({
    path,
    problem: 'it does not have the model of the run',
    expected: 'its config as "model"; pass it instead: loadRun(run, { config })',
  });
}
