import { attentionBlock, namedParameters, type BlockFactory } from '@hrm/layers';
import * as tf from '@tensorflow/tfjs-core';
import { FileFormatError, parseSafetensors, serializeSafetensors, type HostTensor } from '@hrm/files';
import {
  buildModel,
  hrm,
  loadModel,
  modelConfigFromOfficial,
  parameterShapes,
  parameterValues,
  withParts,
  saveModel,
  serializeModel,
  weightsToOfficial,
  type ModelConfig,
  type RecursiveReasoner,
} from '@hrm/models';
import { shapesToOfficial } from '@hrm/models/internal';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { officialModels } from './official-shapes';

beforeAll(() => useBackend('cpu'));

const config: ModelConfig = {
  family: 'hrm',
  vocabSize: 5,
  seqLen: 4,
  hiddenSize: 8,
  hLayers: 1,
  lLayers: 2,
  block: { type: 'attention', heads: 2 },
  schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
  halting: { type: 'q-learning', maxSegments: 3 },
  positions: 'learned',
  puzzleEmbedding: { puzzles: 3, size: 8 },
};
const trmConfig: ModelConfig = {
  ...config,
  family: 'trm',
  hLayers: undefined,
  lLayers: 1,
  block: { type: 'mixer' },
  schedule: { type: 'full-recursion', hCycles: 2, lCycles: 2 },
  halting: { type: 'halt-only', maxSegments: 3 },
  positions: 'none',
  puzzleEmbedding: undefined,
};
const puzzle = [1, 2, 3, 4];

/** The bytes of a model's answer and logits for a puzzle. */
async function outputBytes(model: RecursiveReasoner) {
  const { answer, segments } = await model.solve(puzzle, { until: 'end' });
  const logits = tf.tidy(() => {
    const inputs = tf.tensor2d([puzzle], undefined, 'int32');
    const batch = { inputs, labels: inputs, puzzleIdentifiers: tf.tensor1d([0], 'int32') };
    const x = model.embed(batch, model.puzzleRows(batch));
    const start = model.initialLatents();
    const spread = (vector: tf.Tensor) => tf.add(tf.zerosLike(x), vector) as tf.Tensor3D;
    const { latents } = model.refine({ zH: spread(start.zH), zL: spread(start.zL) }, x);
    return [...model.readOut(latents.zH).dataSync()];
  });
  return { answer, segments, logits };
}

describe.each([
  ['hrm', config],
  ['trm', trmConfig],
])('a model in a file, %s', (_, made) => {
  it('gives the same answers bit for bit', async () => {
    const model = buildModel(made, { seed: 7 });
    const before = tf.memory().numTensors;
    const bytes = await saveModel(model);
    const loaded = loadModel(bytes);
    expect(await outputBytes(loaded)).toEqual(await outputBytes(model));
    expect(await parameterValues(loaded)).toEqual(await parameterValues(model));
    expect(await saveModel(loaded)).toEqual(bytes);
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('may have half precision', async () => {
    const model = buildModel(made, { seed: 7 });
    const tooLarge = new Map([
      ['head.bias', { dtype: 'float32', shape: [2], data: Float32Array.of(-65519, -70000) } as const],
    ]);
    expect(() => serializeModel(config, tooLarge, { precision: 'float16' })).toThrow(
      'saveModel: head.bias holds -70000, but the greatest number of float16 is 65504; save in float32 or bfloat16',
    );
    expect(serializeModel(config, tooLarge, { precision: 'bfloat16' }).length).toBeGreaterThan(0);
    const [full, half] = [await saveModel(model), await saveModel(model, { precision: 'float16' })];
    expect(half.length).toBeLessThan(0.7 * full.length);
    const loaded = loadModel(half);
    const { data } = (await parameterValues(model)).get('outputHead.weight')!;
    const rounded = (await parameterValues(loaded)).get('outputHead.weight')!.data;
    [...data].forEach((value, i) => expect(Number(rounded[i])).toBeCloseTo(Number(value), 3));
    for (const one of [model, loaded]) one.dispose();
  });
});

describe('saveModel', () => {
  it('explains what to do with a model that has no config', async () => {
    const model = hrm({ vocabSize: 5, seqLen: 4, hiddenSize: 8, hLayers: 1, lLayers: 2, block: attentionBlock({ heads: 2 }), seed: 3 }); // prettier-ignore
    await expect(saveModel(model)).rejects.toThrow(
      /has no config: .*buildModel\(config\).*saveModel\(model, \{ config \}\)/,
    );
    const { positions: _, puzzleEmbedding: __, ...sizes } = config;
    const loaded = loadModel(await saveModel(model, { config: { ...sizes, halting: { type: 'q-learning' } } }));
    expect(await outputBytes(loaded)).toEqual(await outputBytes(model));
    for (const one of [model, loaded]) one.dispose();
  });

  it('keeps the metadata of the caller', async () => {
    const model = buildModel(trmConfig);
    const bytes = await saveModel(model, { metadata: new Map([['licence', 'MIT']]) });
    const { metadata } = parseSafetensors(bytes);
    expect(metadata.get('licence')).toBe('MIT');
    expect(JSON.parse(metadata.get('config')!)).toEqual(JSON.parse(JSON.stringify(trmConfig)));
    await expect(saveModel(model, { metadata: new Map([['config', '']]) })).rejects.toThrow('is the key of the config');
    model.dispose();
  });

  it.each([
    ['a function', { make: () => 1 }, '"make" of the config is a function'],
    ['a number that JSON does not have', { size: Infinity }, '"size" of the config is a number'],
    ['a map', { of: new Map() }, '"of" of the config is a Map'],
  ])('refuses a config with %s, which would be lost', (_, option, message) => {
    const wrongConfig = { ...trmConfig, block: { type: 'mine', ...option } };
    expect(() => serializeModel(wrongConfig, new Map())).toThrow(message);
  });
});

describe('loadModel', () => {
  const bytesOf = (made: unknown, change: (values: Map<string, HostTensor>) => void = () => {}) => {
    const model = buildModel(trmConfig);
    const values = new Map([...namedParameters(model)].map(([name, { shape }]): [string, HostTensor] => [name, { dtype: 'float32', shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }])); // prettier-ignore
    model.dispose();
    change(values);
    const text = typeof made === 'string' ? made : JSON.stringify(made);
    return serializeSafetensors(values, made === undefined ? new Map() : new Map([['config', text]]));
  };

  it.each<[string, () => Uint8Array, RegExp]>([
    ['no config', () => bytesOf(undefined), /no config in its metadata; expected a file of saveModel.*loadModel\(bytes, \{ config \}\)/],
    ['a config that is no JSON', () => bytesOf('{'), /the config in its metadata is not valid JSON/],
    ['a config that is a list', () => bytesOf([]), /is not an object/],
    ['another hidden size', () => bytesOf({ ...trmConfig, hiddenSize: 16 }), /"tokenEmbedding.weight" has shape \[5, 8\]; expected shape \[5, 16\], as its config says/],
    ['a size to fill any memory', () => bytesOf({ ...trmConfig, vocabSize: 1e9 }), /expected shape \[1000000000, 8\]/],
    ['layers to fill any memory', () => bytesOf({ ...trmConfig, lLayers: 1e9 }), /it has 1 blocks in lowLevel; expected 1000000000/],
    ['puzzles to fill any memory', () => bytesOf({ ...trmConfig, puzzleEmbedding: { puzzles: 1e9, size: 8 } }), /"puzzleEmbedding.weight" is missing/],
    ['an unknown part', () => bytesOf({ ...trmConfig, block: { type: 'mine' } }), /its config is invalid: block: there is no part called "mine".*loadModel\(bytes, \{ parts \}\)/],
    ['an unknown option', () => bytesOf({ ...trmConfig, extra: 1 }), /its config is invalid: .*"extra"/],
    ['a size as text', () => bytesOf({ ...trmConfig, hiddenSize: '8' }), /its config is invalid: .*hiddenSize is the string "8"/],
    ['a missing parameter', () => bytesOf(trmConfig, (values) => values.delete('outputHead.weight')), /"outputHead.weight" is missing/],
    ['an extra parameter', () => bytesOf(trmConfig, (values) => values.set('x', values.get('halting.head.bias')!)), /"x" is not a parameter/],
    ['damage', () => bytesOf(trmConfig).subarray(1), /solver\.safetensors, byte/],
  ])('refuses a file with %s, and keeps no tensor', (_, make, message) => {
    const bytes = make();
    const before = tf.memory().numTensors;
    const load = () => loadModel(bytes, { path: 'solver.safetensors' });
    expect(load).toThrow(FileFormatError);
    expect(load).toThrow(message);
    expect(load).toThrow(/^solver\.safetensors/);
    expect(tf.memory().numTensors).toBe(before);
  }); // prettier-ignore

  it('throws only a FileFormatError for a config with a wrong value anywhere', async () => {
    const model = buildModel(config);
    const values = await parameterValues(model);
    model.dispose();
    let refused = 0;
    const wrong = [null, -1, 0, 1.5, '', 'x', [], {}, true, 1e300, '__proto__'];
    const spoil = (change: (made: Record<string, unknown>) => void) => {
      const made = structuredClone(config) as unknown as Record<string, unknown>;
      change(made);
      const bytes = serializeSafetensors(values, new Map([['config', JSON.stringify(made)]]));
      try {
        loadModel(bytes).dispose();
      } catch (error) {
        expect(error, JSON.stringify(made)).toBeInstanceOf(FileFormatError);
        refused++;
      }
    };
    for (const key of Object.keys(config)) {
      for (const value of wrong) {
        spoil((made) => (made[key] = value));
        if (typeof partOf(key) !== 'object') continue;
        for (const option of Object.keys(partOf(key) as object)) spoil((all) => ((all[key] as Record<string, unknown>)[option] = value)); // prettier-ignore
      }
    }
    expect(refused).toBeGreaterThan(150);

    function partOf(key: string): unknown {
      return (config as unknown as Record<string, unknown>)[key];
    }
  });

  it('makes custom parts by name', async () => {
    const own: BlockFactory = attentionBlock({ heads: 4 });
    const parts = withParts({ blocks: { mine: () => own } });
    const model = buildModel({ ...config, block: { type: 'mine' } }, { parts });
    const loaded = loadModel(await saveModel(model), { parts });
    expect(await outputBytes(loaded)).toEqual(await outputBytes(model));
    for (const one of [model, loaded]) one.dispose();
  });

  describe('for puzzles of another size', () => {
    const cells: ModelConfig = {
      ...trmConfig,
      block: { type: 'cellular', grid: { rows: 2, columns: 2 } },
      schedule: { type: 'recall', applications: 3 },
    };

    it('gives the weights to a model of that size', async () => {
      const bytes = await saveModel(buildModel(cells, { seed: 3 }));
      const larger = { ...cells, seqLen: 15, block: { type: 'cellular', grid: { rows: 3, columns: 5 } } };
      const built = buildModel(larger, { seed: 3 });
      const loaded = loadModel(bytes, { grid: { rows: 3, columns: 5 } });
      expect(loaded.config).toEqual(larger);
      const inputs = Array.from({ length: 15 }, (_, i) => i % 5);
      const answers = await Promise.all([loaded, built].map((model) => model.solve(inputs, { segments: 7 })));
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]!.segments).toBe(7);
    });

    it('refuses a size that the weights depend on, and one that is none', async () => {
      const learned = await saveModel(buildModel(config));
      expect(() => loadModel(learned, { grid: { rows: 3, columns: 5 } })).toThrow(/cannot take puzzles of 3 rows and 5 columns: .* has shape/); // prettier-ignore
      const bytes = await saveModel(buildModel(cells));
      const grid = { rows: 3, columns: 1.5 };
      expect(() => loadModel(bytes, { grid })).toThrow('grid: expected { rows, columns } as whole numbers from 1; got 3 and 1.5'); // prettier-ignore
    });
  });

  it('reads a file with official names, if the config is given', async () => {
    const model = buildModel(config, { seed: 5 });
    const bytes = serializeSafetensors(weightsToOfficial(await parameterValues(model)));
    const loaded = loadModel(bytes, { config });
    expect(await outputBytes(loaded)).toEqual(await outputBytes(model));
    for (const one of [model, loaded]) one.dispose();
  });
});

describe('parameterShapes', () => {
  it.each<[string, ModelConfig]>([
    ['hrm', config],
    ['trm', trmConfig],
    ...officialModels.map(([name, { family, config: official }]): [string, ModelConfig] => [name, modelConfigFromOfficial(family, official)]), // prettier-ignore
  ])('are those of the model itself: %s', (_, made) => {
    const before = tf.memory().numTensors;
    const shapes = parameterShapes(made);
    expect(tf.memory().numTensors).toBe(before);
    const model = buildModel(made);
    const real = new Map([...namedParameters(model)].map(([name, { shape }]) => [name, shape]));
    expect(new Map([...shapes].sort())).toEqual(new Map([...real].sort()));
    model.dispose();
  });

  it.each(officialModels)(
    'are the shapes of the official code in the official layout: %s',
    (_, { family, config: official, shapes }) => {
      const ours = shapesToOfficial(parameterShapes(modelConfigFromOfficial(family, official)));
      expect(Object.fromEntries([...ours].sort())).toEqual(Object.fromEntries(Object.entries(shapes).sort()));
    },
  );
});
