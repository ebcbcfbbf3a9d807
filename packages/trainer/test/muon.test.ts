import * as tf from '@tensorflow/tfjs-core';
import { namedParameters, RandomStream, type NamedTensors } from '@hrm/layers';
import {
  adamW,
  muon,
  orthogonalize,
  scaleByMuon,
  Trainer,
  type MuonOptions,
  type OptimizerState,
  type ParameterKinds,
} from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { reversalBatches, smallTrainer, smallTrm } from './reversal';

/** What five steps make of a singular value, a share of the norm: the iteration for one number, in float64. */
function pushed(value: number, steps = 5): number {
  let x = value;
  for (let step = 0; step < steps; step++) x = 3.4445 * x - 4.775 * x ** 3 + 2.0315 * x ** 5;
  return x;
}

const rotation = (angle: number) => [
  [Math.cos(angle), -Math.sin(angle)],
  [Math.sin(angle), Math.cos(angle)],
];
const product = (a: number[][], b: number[][]) =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));

function expectClose(got: number[][], expected: number[][], tolerance = 2e-5): void {
  expect(got.length).toBe(expected.length);
  got.forEach((row, i) =>
    row.forEach((x, j) => expect(Math.abs(x - expected[i]![j]!), `[${i}][${j}] is ${x}`).toBeLessThan(tolerance)),
  );
}

/** The updates of an optimizer for one step after another, and its last state. */
function follow(
  options: MuonOptions,
  parameters: NamedTensors,
  steps: NamedTensors[],
  kinds: ParameterKinds = {},
): { updates: NamedTensors[]; state: OptimizerState } {
  const optimizer = muon(options);
  let state = optimizer.init(parameters, kinds);
  const updates = steps.map((gradients, i) => {
    const learningRate = tf.scalar(optimizer.learningRate(i + 1));
    const result = optimizer.update(gradients, state, { parameters, kinds, learningRate });
    state = result.state;
    return result.updates;
  });
  return { updates, state };
}

const asArray = (tensor: tf.Tensor | undefined) => (tensor as tf.Tensor2D).arraySync();
const numbersOf = (tensor: tf.Tensor | undefined) => [...tensor!.dataSync()];

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('orthogonalize moves singular values as its polynomial says, and leaves singular vectors', () => {
    const [left, right] = [rotation(0.3), rotation(-1.1)];
    const matrix = product(
      product(left, [
        [3, 0],
        [0, 4],
      ]),
      right,
    );
    const expected = product(
      product(left, [
        [pushed(0.6), 0],
        [0, pushed(0.8)],
      ]),
      right,
    );
    expectClose(asArray(tf.tidy(() => orthogonalize(tf.tensor2d(matrix)))), expected);
  });

  it.each([
    [3, 8],
    [8, 3],
    [6, 6],
  ])('orthogonalize makes %i x %i matrices near orthogonal', (rows, columns) => {
    const random = new RandomStream(rows);
    // Far from singular: all of its singular values are between 1 and 5.
    const values = Array.from({ length: rows }, (_, i) =>
      Array.from({ length: columns }, (__, j) => (i === j ? 3 : 0) + 0.2 * random.normal()),
    );
    const result = asArray(tf.tidy(() => orthogonalize(tf.tensor2d(values))));
    const wide = rows > columns ? result[0]!.map((_, j) => result.map((row) => row[j]!)) : result;
    const gram = product(wide, wide[0]!.map((_, j) => wide.map((row) => row[j]!))); // prettier-ignore
    // Singular values from 0.7 to 1.2; what is off the diagonal comes of their differences.
    gram.forEach((row, i) =>
      row.forEach((x, j) => {
        if (i === j) expect(x).toBeGreaterThan(0.45);
        expect(Math.abs(x)).toBeLessThan(i === j ? 1.45 : 0.4);
      }),
    );
  });

  it('orthogonalize keeps zeros, and does not depend on the scale', () => {
    tf.tidy(() => {
      expect(numbersOf(orthogonalize(tf.zeros([2, 3])))).toEqual([0, 0, 0, 0, 0, 0]);
      const matrix = tf.tensor2d([[1, 2, 0], [0, 1, -1]]); // prettier-ignore
      expectClose(asArray(orthogonalize(tf.mul(matrix, 1e6) as tf.Tensor2D)), asArray(orthogonalize(matrix)));
    });
  });

  it('muon: average, step ahead, orthogonal, scaled, decayed', () => {
    tf.tidy(() => {
      const parameters = { 'mixer.weight': tf.tensor2d([[10, 0], [0, 20]]) }; // prettier-ignore
      const gradients = [[3, 4], [1, -2]].map(([a, b]) => ({ 'mixer.weight': tf.tensor2d([[a!, 0], [0, b!]]) })); // prettier-ignore
      const { updates, state } = follow(
        { learningRate: 0.1, weightDecay: 0.5, momentum: 0.8, scale: 'spectral' },
        parameters,
        gradients,
      );
      // Averages: 0.2 * (3, 4), then 0.8 times that and 0.2 * (1, -2); ahead: 0.2 of the gradient, 0.8 of the average.
      const means = [[0.6, 0.8], [0.68, 0.24]]; // prettier-ignore
      const aheads = [[0.2 * 3 + 0.8 * 0.6, 0.2 * 4 + 0.8 * 0.8], [0.2 + 0.8 * 0.68, -0.4 + 0.8 * 0.24]]; // prettier-ignore
      aheads.forEach(([a, b], i) => {
        const norm = Math.hypot(a!, b!);
        const expected = [[-0.1 * (pushed(a! / norm) + 5), 0], [0, -0.1 * (pushed(b! / norm) + 10)]]; // prettier-ignore
        expectClose(asArray(updates[i]!['mixer.weight']), expected);
      });
      const { picked, rest } = state.stages![0]!.stages!;
      expect(Object.keys(picked!.stages![0]!.perParameter!)).toEqual(['momentum']);
      expect(Object.keys(rest!.stages![0]!.whole!)).toEqual(['count']);
      expectClose(asArray(picked!.stages![0]!.perParameter!['momentum']!['mixer.weight']), [[means[1]![0]!, 0], [0, means[1]![1]!]]); // prettier-ignore
    });
  });

  it.each([
    ['rms', 2, 6, 0.2 * Math.sqrt(6)],
    ['rms', 6, 2, 0.2 * Math.sqrt(6)],
    ['spectral', 2, 6, Math.sqrt(3)],
    ['spectral', 6, 2, 1],
  ] as const)('muon: scale %s of %i inputs and %i outputs', (scale, inputs, outputs, factor) => {
    tf.tidy(() => {
      const gradient = tf.tensor2d(
        Array.from({ length: inputs * outputs }, (_, i) => Math.sin(i)),
        [inputs, outputs],
      );
      const parameters = { 'a.weight': gradient };
      const [updates] = follow({ learningRate: 1, scale }, parameters, [parameters]).updates;
      expectClose(asArray(updates!['a.weight']), asArray(tf.mul(orthogonalize(gradient), -factor)));
    });
  });

  it('muon: AdamW for embeddings, heads and vectors, at its own rate and decay', () => {
    tf.tidy(() => {
      const names = ['tokenEmbedding.weight', 'outputHead.weight', 'halting.head.weight', 'norm.gain'];
      const tensors = (scale: number): NamedTensors =>
        Object.fromEntries(
          names.map((name, i) => [name, name === 'norm.gain' ? tf.tensor1d([scale]) : tf.tensor2d([[scale, -i]])]),
        );
      const [parameters, gradients] = [tensors(2), tensors(0.3)];
      const kinds = {
        'tokenEmbedding.weight': 'embedding',
        'outputHead.weight': 'head',
        'halting.head.weight': 'head',
      } as const;
      const moments = { beta1: 0.8, beta2: 0.9, epsilon: 0.1 };
      const rest = { ...moments, weightDecay: 0.4, rateRatio: 0.25 };
      const [updates] = follow({ learningRate: 0.1, weightDecay: 9, rest }, parameters, [gradients], kinds).updates;
      const reference = adamW({ learningRate: 0.025, weightDecay: 0.4, ...moments });
      const context = { parameters, learningRate: tf.scalar(0.025) };
      const expected = reference.update(gradients, reference.init(parameters), context).updates;
      expect(Object.keys(updates!)).toEqual(names);
      for (const name of names) {
        numbersOf(updates![name]).forEach((x, i) => expect(x, name).toBeCloseTo(numbersOf(expected[name])[i]!, 7));
      }
    });
  });
});

describe('in training', () => {
  beforeAll(() => useBackend('cpu'));
  const options = {
    optimizer: muon({ learningRate: 0.01, weightDecay: 0.1, clipNorm: 1, decays: ({ shape }) => shape.length === 2 }),
  };

  async function trained(trainer: Trainer, batches = reversalBatches(4)) {
    for await (const _ of trainer.train(batches)) continue;
    return trainer.state();
  }

  it('saves its state under stable names, for the parameters that layers declare as hidden matrices', async () => {
    const network = smallTrm();
    const { optimizer: saved } = await trained(smallTrainer(network, options), reversalBatches(1));
    const names = [...namedParameters(network)].filter(([, { trainable }]) => trainable);
    const isMuons = (name: string) => /blocks/.test(name);
    expect([...saved.keys()].sort()).toEqual(
      [
        '0/rest/0/count',
        ...names.flatMap(([name]) =>
          isMuons(name) ? [`0/picked/0/momentum/${name}`] : [`0/rest/0/mean/${name}`, `0/rest/0/square/${name}`],
        ),
      ].sort(),
    );
    expect(names.map(([name]) => name)).toEqual(
      expect.arrayContaining(['tokenEmbedding.weight', 'outputHead.weight', 'halting.head.weight']),
    );
    const { optimizer: flat } = await trained(
      smallTrainer(smallTrm(), { optimizer: adamW({ learningRate: 0.01 }) }),
      reversalBatches(1),
    );
    expect([...flat.keys()].sort()).toEqual(
      ['0/count', ...names.flatMap(([name]) => [`0/mean/${name}`, `0/square/${name}`])].sort(),
    );
  });

  it('continues from a saved state to the same bits', async () => {
    const whole = await trained(smallTrainer(smallTrm(), options));
    const half = await trained(smallTrainer(smallTrm(), options), reversalBatches(4).slice(0, 2));
    const trainer = smallTrainer(smallTrm(1), options);
    trainer.restore(half);
    expect(await trained(trainer, reversalBatches(4).slice(2))).toEqual(whole);
  });

  it('learns, and keeps no tensor besides those of training', async () => {
    const network = smallTrm(0, { maxSegments: 2 });
    const trainer = smallTrainer(network, { optimizer: muon({ learningRate: 0.02 }) });
    const losses: number[] = [];
    let tensors = 0;
    for await (const { step, metrics } of trainer.train(reversalBatches(40, { batchSize: 8 }))) {
      losses.push(metrics['tokenLoss']!);
      if (step === 1) tensors = tf.memory().numTensors;
    }
    expect(tf.memory().numTensors).toBe(tensors);
    const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
    expect(mean(losses.slice(-5))).toBeLessThan(0.85 * mean(losses.slice(0, 5)));
  });
});

it.each([
  [{ momentum: 1 }, 'momentum is 1'],
  [{ newtonSchulzSteps: 0 }, 'newtonSchulzSteps is 0'],
  [{ scale: 'none' }, 'scale is "none", expected "rms" or "spectral"'],
  [{ clipNorm: 0 }, 'the norm is 0'],
  [{ rest: { rateRatio: 0 } }, 'rest.rateRatio is 0'],
  [{ rest: { beta1: 1 } }, 'beta1 is 1'],
  [{ rest: { learningRate: 1 } }, 'no option "learningRate"'],
  [{ nesterov: true }, 'no option "nesterov"'],
])('muon refuses %j', (wrong, message) => {
  expect(() => muon({ learningRate: 0.1, ...wrong } as never)).toThrow(message);
});

it('muon refuses parameters that are not matrices, and names them', () => {
  expect(() => scaleByMuon().init({ bias: tf.zeros([3]) })).toThrow('bias has the shape [3], expected a matrix');
});
