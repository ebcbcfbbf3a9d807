import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '@hrm/layers';
import {
  adamAtan2,
  adamW,
  addDecayedWeights,
  clipByGlobalNorm,
  isHiddenMatrix,
  isWeightMatrix,
  muon,
  type Optimizer,
} from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { reversalBatches, smallTrainer, smallTrm } from './reversal';

const numbersOf = (tensor: tf.Tensor | undefined) => [...tensor!.dataSync()];
const context = (parameters: NamedTensors, rate = 1) => ({ parameters, learningRate: tf.scalar(rate) });

const kinds = { 'tokenEmbedding.weight': 'embedding', 'norm.gain': 'gain' } as const;

/** What an optimizer's first step makes of gradients. */
const firstStep = (optimizer: Optimizer, gradients: NamedTensors, parameters: NamedTensors) =>
  optimizer.update(gradients, optimizer.init(parameters, kinds), { ...context(parameters), kinds }).updates;

describe.each(['cpu', 'wasm'] as const)('clipByGlobalNorm on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const clip = (maxNorm: number, values: { [name: string]: number[] }) =>
    tf.tidy(() => {
      const gradients = Object.fromEntries(Object.entries(values).map(([name, x]) => [name, tf.tensor1d(x)]));
      const { updates } = clipByGlobalNorm(maxNorm).update(gradients, {}, context({}));
      return Object.values(updates).flatMap(numbersOf);
    });

  it('scales all gradients to the norm, and keeps their direction', () => {
    // The norm of (2, 4, 4, 8) is 10.
    clip(5, { a: [2, -4], b: [4, 8] }).forEach((x, i) => expect(x).toBeCloseTo([1, -2, 2, 4][i]!, 6));
  });

  it('leaves smaller ones and zeros unchanged to the bit', () => {
    expect(clip(10.001, { a: [2, -4], b: [4, 8] })).toEqual([2, -4, 4, 8]);
    expect(clip(1, { a: [0, 0], b: [0] })).toEqual([0, 0, 0]);
    expect(clip(1, {})).toEqual([]);
  });

  it('scales gradients whose square is infinite', () => {
    clip(1, { a: [3e25], b: [-4e25] }).forEach((x, i) => expect(x).toBeCloseTo([0.6, -0.8][i]!, 6));
  });

  it('passes on values that are not finite, so the step is refused', () => {
    expect(clip(1, { a: [Number.NaN], b: [1] })).toEqual([Number.NaN, Number.NaN]);
    expect(clip(1, { a: [Infinity], b: [1] })[0]).toBeNaN();
  });
});

describe('clipNorm', () => {
  beforeAll(() => useBackend('cpu'));

  it('clips before the moments are updated', () => {
    tf.tidy(() => {
      const [parameters, gradients] = [
        { a: tf.scalar(0), b: tf.scalar(0) },
        { a: tf.scalar(3), b: tf.scalar(4) },
      ];
      const options = { learningRate: 1, epsilon: 1 };
      const updates = firstStep(adamW({ ...options, clipNorm: 1 }), gradients, parameters);
      // At the first step Adam's direction is g / (|g| + epsilon).
      expect(numbersOf(updates['a'])[0]).toBeCloseTo(-0.6 / 1.6, 6);
      expect(numbersOf(updates['b'])[0]).toBeCloseTo(-0.8 / 1.8, 6);
    });
  });

  it('keeps the names of the saved state, and every bit if nothing is clipped', async () => {
    const run = async (optimizer: Optimizer) => {
      const trainer = smallTrainer(smallTrm(), { optimizer });
      for await (const _ of trainer.train(reversalBatches(3))) continue;
      return trainer.state();
    };
    const plain = await run(adamAtan2({ learningRate: 0.01, weightDecay: 0.1 }));
    expect(await run(adamAtan2({ learningRate: 0.01, weightDecay: 0.1, clipNorm: 1e6 }))).toEqual(plain);
    const clipped = await run(adamW({ learningRate: 0.01, clipNorm: 1e-3 }));
    expect([...clipped.optimizer.keys()]).toEqual([...plain.optimizer.keys()]);
    expect(clipped.weights).not.toEqual((await run(adamW({ learningRate: 0.01 }))).weights);
  });

  it('uses the norm of all parameters, joined or one by one', async () => {
    const optimizer = adamW({ learningRate: 0.01, epsilon: 0.1, clipNorm: 0.05 });
    const [together, apart] = await Promise.all(
      [optimizer, { ...optimizer, elementwise: false }].map(async (each) => {
        const trainer = smallTrainer(smallTrm(), { optimizer: each });
        await trainer.trainBatch(reversalBatches(1)[0]!);
        return (await trainer.state()).weights;
      }),
    );
    for (const [name, { data }] of together!) {
      data.forEach((x, i) => expect(Number(x), name).toBeCloseTo(Number(apart!.get(name)!.data[i]!), 6));
    }
  });

  it.each([0, -1, Number.NaN])('refuses %d', (maxNorm) => {
    expect(() => clipByGlobalNorm(maxNorm)).toThrow(`the norm is ${maxNorm}, expected more than 0`);
  });
});

describe('weight decay', () => {
  beforeAll(() => useBackend('cpu'));

  it('of addDecayedWeights changes the picked parameters, and no bit of the others', () => {
    tf.tidy(() => {
      const parameters = { a: tf.tensor1d([10]), b: tf.tensor1d([10]) };
      const gradients = { a: tf.tensor1d([1]), b: tf.tensor1d([0.1]) };
      const { updates } = addDecayedWeights(0.1, ({ name }) => name === 'a').update(gradients, {}, context(parameters));
      expect(numbersOf(updates['a'])).toEqual([2]);
      expect(numbersOf(updates['b'])).toEqual([Math.fround(0.1)]);
    });
  });

  it.each([
    ['adamAtan2', adamAtan2],
    ['adamW', adamW],
    ['muon', muon],
  ])('of %s changes the parameters that `decays` picks, and no others', (_, make) => {
    tf.tidy(() => {
      const parameters = {
        'mixer.weight': tf.ones([2, 2]),
        'tokenEmbedding.weight': tf.ones([2, 2]),
        'norm.gain': tf.ones([2]),
      };
      const gradients = Object.fromEntries(Object.entries(parameters).map(([name, p]) => [name, tf.zerosLike(p)]));
      const updates = firstStep(
        make({ learningRate: 1, weightDecay: 0.5, decays: isWeightMatrix }),
        gradients,
        parameters,
      );
      numbersOf(updates['mixer.weight']).forEach((x) => expect(x).toBeCloseTo(-0.5, 7));
      for (const name of ['tokenEmbedding.weight', 'norm.gain']) {
        numbersOf(updates[name]).forEach((x) => expect(Math.abs(x), name).toBe(0));
      }
    });
  });

  it('is the same to the bit with all parameters picked as by default, and is saved the same', async () => {
    const run = async (choice: object) => {
      const optimizer = adamAtan2({ learningRate: 0.01, weightDecay: 0.3, ...choice });
      const trainer = smallTrainer(smallTrm(), { optimizer });
      for await (const _ of trainer.train(reversalBatches(3))) continue;
      const { weights, optimizer: state } = await trainer.state();
      return { weights, state: new Map([...state].sort()) };
    };
    expect(await run({ decays: () => true })).toEqual(await run({}));
  });

  it.each([
    ['hidden', [8, 4], true, true],
    ['head', [8, 4], false, true],
    ['head', [2], false, false],
    ['embedding', [5, 8], false, false],
    ['gain', [8], false, false],
    ['hidden', [3, 3, 8, 8], false, true],
  ] as const)('a parameter of kind %s and shape %j', (kind, shape, hidden, weights) => {
    expect(isHiddenMatrix({ name: 'any', shape, kind })).toBe(hidden);
    expect(isWeightMatrix({ name: 'any', shape, kind })).toBe(weights);
  });
});
