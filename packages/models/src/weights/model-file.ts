import {
  FileFormatError,
  parseJsonObject,
  type HostTensor,
  type HostTensorDtype,
  type NamedHostTensors,
  parseSafetensors,
  serializeSafetensors,
} from '@hrm/files';
import { describeValue, expectOptions } from '@hrm/layers/internal';
import { configForGrid, type PuzzleGrid } from '../config/config-for-grid';
import { expectModelSizes } from '../config/expect-model-sizes';
import { buildModel } from '../config/build-model';
import type { ModelConfig } from '../config/model-config';
import type { PartCatalog } from '../config/part-catalog';
import { weightsFromOfficial } from '../official/official-names';
import type { RecursiveReasoner } from '../recursive-reasoner';
import { parameterValues, setParameterValues } from './parameter-values';

/** The metadata key of the config, which is JSON. */
const configKey = 'config';

/** Options of {@link saveModel} and {@link serializeModel}. */
export interface SaveModelOptions {
  /** Number type in the file. 16-bit floats take half the space, but round the values. Default `float32`. */
  readonly precision?: Extract<HostTensorDtype, 'float32' | 'float16' | 'bfloat16'>;
  /** More metadata to store in the file. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** Options of {@link loadModel}. */
export interface LoadModelOptions {
  /** The parts that the config may name. Default: the standard parts. */
  readonly parts?: PartCatalog;
  /** The config of the model. Default: the config in the file. */
  readonly config?: ModelConfig;
  /**
   * The size of the puzzles, instead of that of the config, for a model without weights that depend on it, such as one
   * of `cellular` blocks.
   */
  readonly grid?: PuzzleGrid;
  /** Names the file in errors. */
  readonly path?: string;
}

/**
 * Writes a model to one file: safetensors, with the parameters by name and the config in the metadata.
 * {@link loadModel} reads it.
 *
 * @param options.config the model as plain data. Default: the config that `buildModel` made it from.
 * @returns the bytes of the file.
 * @throws TypeError if there is no config, or it has a value that is not plain data, such as a function; RangeError for
 *   a number that float16 cannot hold.
 *
 * @example
 * ```ts
 * import { buildModel, loadModel, saveModel } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = buildModel({
 *   family: 'hrm', vocabSize: 6, seqLen: 16, hiddenSize: 16, hLayers: 1, lLayers: 1,
 *   block: { type: 'mixer' },
 *   schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
 *   halting: { type: 'q-learning' },
 * });
 * const bytes = await saveModel(model);
 * console.log(loadModel(bytes).hiddenSize, bytes.length);
 * ```
 */
export async function saveModel(
  model: RecursiveReasoner,
  options: SaveModelOptions & { readonly config?: ModelConfig } = {},
): Promise<Uint8Array> {
  const { config = model.config, ...rest } = options;
  if (config === undefined) {
    throw new TypeError(
      'saveModel: this model has no config: hrm() and trm() take functions, which a file cannot hold; make the model ' +
        'with buildModel(config), or give an equivalent config: saveModel(model, { config })',
    );
  }
  return serializeModel(config, await parameterValues(model), rest);
}

/**
 * Writes a model to one file, as {@link saveModel} does, from given parameter values, such as those of a checkpoint.
 *
 * @throws TypeError if the config has a value that is not plain data, such as a function.
 */
export function serializeModel(
  config: ModelConfig,
  values: NamedHostTensors,
  options: SaveModelOptions = {},
): Uint8Array {
  expectOptions('saveModel', options, ['precision', 'metadata']);
  const { precision = 'float32', metadata = new Map() } = options;
  if (metadata.has(configKey))
    throw new RangeError(`metadata: "${configKey}" is the key of the config; use another key`);
  const stored = new Map<string, HostTensor>();
  for (const [name, tensor] of values) {
    if (precision === 'float16') expectInFloat16(name, tensor);
    stored.set(name, { ...tensor, dtype: precision });
  }
  return serializeSafetensors(stored, new Map([...metadata, [configKey, configText(config)]]));
}

/** From here on, numbers round to infinity in float16. */
const FLOAT16_OVERFLOW = 65_520;

/** Throws for a finite number that float16 cannot hold. */
function expectInFloat16(name: string, { data }: HostTensor): void {
  for (const element of data) {
    const value = Number(element);
    if (Math.abs(value) < FLOAT16_OVERFLOW || !Number.isFinite(value)) continue;
    throw new RangeError(
      `saveModel: ${name} holds ${value}, but the greatest number of float16 is 65504; save in float32 or bfloat16`,
    );
  }
}

/**
 * Reads a model from a file of {@link saveModel} or `hrm export`. It executes no code from the file.
 *
 * @param bytes the whole file.
 * @throws `FileFormatError` if the file is damaged, has no config, or its config is invalid or does not match its
 *   parameters, or if they do not fit `grid`; RangeError for an impossible `grid`.
 *
 * @example
 * ```ts
 * import { buildModel, loadModel, saveModel } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const made = buildModel({
 *   family: 'trm', vocabSize: 6, seqLen: 16, hiddenSize: 16, lLayers: 1,
 *   block: { type: 'mixer' },
 *   schedule: { type: 'full-recursion', hCycles: 2, lCycles: 2 },
 *   halting: { type: 'halt-only', maxSegments: 4 },
 * });
 * const bytes = await saveModel(made); // in a browser: new Uint8Array(await (await fetch(url)).arrayBuffer())
 * const model = loadModel(bytes, { path: 'solver.safetensors' });
 * const { answer } = await model.solve([2, 1, 1, 1, 1, 1, 4, 1, 1, 5, 1, 1, 1, 1, 1, 3]);
 * console.log(answer);
 * ```
 */
export function loadModel(bytes: Uint8Array, options: LoadModelOptions = {}): RecursiveReasoner {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `loadModel: bytes is ${describeValue(bytes)}, expected the whole file as a Uint8Array, such as await readFile(path)`,
    );
  }
  expectOptions('loadModel', options, ['parts', 'config', 'grid', 'path']);
  const { parts, grid, path } = options;
  const { tensors, metadata } = parseSafetensors(bytes, path === undefined ? {} : { path });
  const ownConfig = options.config ?? configOf(metadata, path);
  const config = grid ? configForGrid(ownConfig, grid) : ownConfig;
  const isOfficial = [...tensors.keys()].some((name) => /^(_orig_mod\.)?(model\.)?inner\./.test(name));
  const values = isOfficial ? weightsFromOfficial(tensors) : tensors;
  expectModelSizes(config, values, { path, hasOwnParts: parts !== undefined });
  const model = makeModel(config, options);
  try {
    setParameterValues(model, values);
  } catch (cause) {
    model.dispose();
    const unfit = grid ? `it cannot take puzzles of ${grid.rows} rows and ${grid.columns} columns: ` : '';
    throw new FileFormatError({ path, problem: unfit + (cause as Error).message, cause });
  }
  return model;
}

function makeModel(config: ModelConfig, { parts, path }: LoadModelOptions): RecursiveReasoner {
  try {
    return buildModel(config, parts ? { parts } : {});
  } catch (cause) {
    const problem = `its config is invalid: ${(cause as Error).message}`;
    const expected = 'a config of the standard parts; for your own parts: loadModel(bytes, { parts })';
    throw new FileFormatError({ path, problem, expected, cause });
  }
}

function configOf(metadata: ReadonlyMap<string, string>, path: string | undefined): ModelConfig {
  const text = metadata.get(configKey);
  if (text === undefined) {
    throw new FileFormatError({
      path,
      problem: 'there is no config in its metadata',
      expected: 'a file of saveModel or `hrm export`; for other files give the config: loadModel(bytes, { config })',
    });
  }
  return parseJsonObject(text, { path, what: 'the config in its metadata' }) as unknown as ModelConfig;
}

/** The config as JSON. Throws for values that JSON would drop or change. */
function configText(config: ModelConfig): string {
  return JSON.stringify(config, (key, value: unknown) => {
    const isPlain =
      typeof value !== 'object' ||
      value === null ||
      Array.isArray(value) ||
      [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
    const isLost = typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint';
    if (isPlain && !isLost && !(typeof value === 'number' && !Number.isFinite(value))) return value;
    const shown = typeof value === 'object' ? `a ${value!.constructor.name}` : `a ${typeof value}`;
    throw new TypeError(`saveModel: "${key}" of the config is ${shown}, which a file cannot hold; expected plain data`);
  });
}
