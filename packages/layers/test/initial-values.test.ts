import * as tf from '@tensorflow/tfjs-core';
import {
  attentionBlock,
  Attention,
  disposeParameters,
  GeluMlp,
  LearnedRmsNorm,
  Linear,
  namedParameters,
  PositionEmbedding,
  PuzzleEmbedding,
  RandomStream,
  SwiGLU,
  TokenEmbedding,
  truncatedNormal,
  type Layer,
} from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

beforeAll(() => useBackend('cpu'));

/** The bound of a truncated normal of standard deviation 1: 2 / 0.87962566. */
const BOUND = 2.2736943;

function statistics(values: ArrayLike<number>) {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const std = Math.sqrt(list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length);
  return { mean, std, largest: Math.max(...list.map(Math.abs)), count: list.length };
}

/** Checks mean, standard deviation and bound, within the sampling error. */
function expectTruncatedNormal(values: ArrayLike<number>, std: number): void {
  const found = statistics(values);
  const chance = 4 / Math.sqrt(found.count);
  expect(Math.abs(found.mean / std)).toBeLessThan(chance);
  // The fourth moment of the truncated distribution is 2.37, so its variance estimate is better than a normal's.
  expect(Math.abs(found.std / std - 1)).toBeLessThan((chance * Math.sqrt(1.37)) / 2);
  expect(found.largest / std).toBeLessThanOrEqual(BOUND * (1 + 1e-6));
  expect(found.largest / std).toBeGreaterThan(BOUND * 0.95);
}

describe('truncatedNormal', () => {
  it('refuses a shape with more numbers than a layer can mean', () => {
    expect(() => truncatedNormal({ shape: [1_000_000, 3_000_000], std: 1, random: new RandomStream(0) })).toThrow(
      'truncatedNormal: a tensor of shape [1000000, 3000000] has 3000000000000 numbers, expected at most 2147483648',
    );
  });

  it.each([0, 1, 2])(
    'has the standard deviation asked for, and is cut at two of the normal it comes from (seed %d)',
    (seed) => {
      tf.tidy(() => {
        const values = truncatedNormal({ shape: [200, 200], std: 0.5, random: new RandomStream(seed) }).dataSync();
        expectTruncatedNormal(values, 0.5);
      });
    },
  );

  it('has the shape of a normal cut at two: 68.27% / 95.45% within one of its standard deviations', () => {
    const values = tf.tidy(() => truncatedNormal({ shape: [40_000], std: 1, random: new RandomStream(0) }).dataSync());
    const within = [...values].filter((value) => Math.abs(value) < BOUND / 2).length / values.length;
    expect(within).toBeCloseTo(0.6827 / 0.9545, 2);
  });

  it('returns zeros for a standard deviation of 0, without drawing', () => {
    const random = new RandomStream(0);
    const before = random.state;
    const values = tf.tidy(() => truncatedNormal({ shape: [3, 2], std: 0, random }).dataSync());
    expect([...values]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(random.state).toEqual(before);
  });
});

describe('layers start as the official ones do', () => {
  const random = () => new RandomStream(0);
  /** For each weight by name: its standard deviation, or its constant value. */
  const cases: [string, () => Layer, { [name: string]: { std: number } | { all: number } }][] = [
    [
      'Linear: 1 / sqrt(inputSize), bias 0',
      () => new Linear({ inputSize: 100, outputSize: 60, bias: true, random: random() }),
      { weight: { std: 0.1 }, bias: { all: 0 } },
    ],
    [
      'Attention',
      () => new Attention({ hiddenSize: 64, heads: 4, keyValueHeads: 2, random: random() }),
      { 'queryKeyValue.weight': { std: 1 / 8 }, 'output.weight': { std: 1 / 8 } },
    ],
    [
      'SwiGLU',
      () => new SwiGLU({ hiddenSize: 64, random: random() }),
      { 'gateUp.weight': { std: 1 / 8 }, 'down.weight': { std: 1 / 16 } },
    ],
    [
      'GeluMlp',
      () => new GeluMlp({ hiddenSize: 64, random: random() }),
      { 'up.weight': { std: 1 / 8 }, 'down.weight': { std: 1 / 16 } },
    ],
    [
      'TokenEmbedding: 1 / sqrt(hiddenSize)',
      () => new TokenEmbedding({ vocabSize: 100, hiddenSize: 64, random: random() }),
      { weight: { std: 1 / 8 } },
    ],
    [
      'PositionEmbedding: 1 / sqrt(hiddenSize)',
      () => new PositionEmbedding({ seqLen: 100, hiddenSize: 64, random: random() }),
      { weight: { std: 1 / 8 } },
    ],
    ['PuzzleEmbedding: 0', () => new PuzzleEmbedding({ puzzles: 5, size: 8, hiddenSize: 8 }), { weight: { all: 0 } }],
    ['LearnedRmsNorm: 1', () => new LearnedRmsNorm({ size: 8 }), { gain: { all: 1 } }],
    [
      'attentionBlock with every variant',
      () =>
        attentionBlock({ heads: 4, norm: 'pre', learnedGain: true, feedForward: 'gelu', expansion: 2 })({
          hiddenSize: 64,
          seqLen: 5,
          random: random(),
        }),
      {
        'attention.queryKeyValue.weight': { std: 1 / 8 },
        'attention.output.weight': { std: 1 / 8 },
        'attentionResidual.norm.gain': { all: 1 },
        'feedForward.up.weight': { std: 1 / 8 },
        'feedForward.down.weight': { std: 1 / Math.sqrt(128) },
        'feedForwardResidual.norm.gain': { all: 1 },
        'feedForwardResidual.outputNorm.gain': { all: 1 },
      },
    ],
  ];

  it.each(cases)('%s', (_, make, expected) => {
    const layer = make();
    const parameters = namedParameters(layer);
    expect([...parameters.keys()]).toEqual(Object.keys(expected));
    for (const [name, start] of Object.entries(expected)) {
      const values = parameters.get(name)!.dataSync();
      if ('std' in start) expectTruncatedNormal(values, start.std);
      else expect(new Set(values)).toEqual(new Set([start.all]));
    }
    disposeParameters(layer);
  });

  it('draws each weight separately', () => {
    const { gateUp, down } = new SwiGLU({ hiddenSize: 16, random: random() }).parameters;
    const scaled = (layer: Linear, std: number) => layer.parameters.weight.dataSync()[0]! / std;
    expect(scaled(gateUp, 1 / 4)).not.toBeCloseTo(scaled(down, 1 / 16), 4);
    expect(new Set(gateUp.parameters.weight.dataSync()).size).toBeGreaterThan(5000);
  });
});
