import { adamAtan2, Trainer, type Optimizer } from '@hrm/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { flatOptimizer, joinState, splitState } from '../src/optimizers/flat-optimizer';
import { mapNamed } from '../src/optimizers/gradient-transformation';
import { namedState } from '../src/optimizers/optimizer-state';
import { useBackend } from '../../layers/test/backends';
import { reversalBatches, smallTrainer, smallTrm } from './reversal';

beforeAll(() => useBackend('cpu'));

const optimizer = (): Optimizer => adamAtan2({ learningRate: 0.01, weightDecay: 0.1 });
const onceForEach = (): Optimizer => ({ ...optimizer(), elementwise: false });

async function trained(trainer: Trainer, steps: number) {
  for await (const _ of trainer.train(reversalBatches(steps))) continue;
  return trainer.state();
}

describe('an elementwise optimizer, run on all parameters as one tensor', () => {
  it('makes the same weights and saves the same state as when run on each', async () => {
    const [network, other] = [smallTrm(), smallTrm()];
    const together = await trained(smallTrainer(network, { optimizer: optimizer() }), 3);
    const apart = await trained(smallTrainer(other, { optimizer: onceForEach() }), 3);
    expect(new Set(together.optimizer.keys())).toEqual(new Set(apart.optimizer.keys()));
    for (const part of ['weights', 'optimizer'] as const) {
      for (const [name, { shape, data }] of apart[part]) {
        expect(together[part].get(name)!.shape, name).toEqual(shape);
        expect([...together[part].get(name)!.data], name).toEqual([...data]);
      }
    }
  });

  it('continues from a state that the other saved', async () => {
    const whole = await trained(smallTrainer(smallTrm(), { optimizer: optimizer() }), 4);
    const half = await trained(smallTrainer(smallTrm(), { optimizer: onceForEach() }), 2);
    const trainer = smallTrainer(smallTrm(1), { optimizer: optimizer() });
    trainer.restore(half);
    for (const batch of reversalBatches(4).slice(2)) await trainer.trainBatch(batch);
    const resumed = await trainer.state();
    for (const [name, { data }] of whole.weights) expect([...resumed.weights.get(name)!.data], name).toEqual([...data]);
  });
});

describe('a large parameter among small ones', () => {
  const parametersOf = () => ({
    first: tf.fill([3], 0.5),
    large: tf.linspace(-1, 1, 2 ** 18),
    second: tf.fill([2, 2], -0.25),
  });

  it('gets the same update as alone, and is not copied into the joined tensor', () => {
    const [flat, apart] = [flatOptimizer(optimizer()), onceForEach()];
    const parameters = parametersOf();
    const context = { parameters, learningRate: tf.scalar(0.01) };
    const gradients = mapNamed(parameters, (tensor) => tf.sub(tf.square(tensor), 0.1));
    const [state, expected] = [flat, apart].map((each) => each.update(gradients, each.init(parameters), context));
    const groups = state!.state.stages!['0']!.perParameter!;
    expect(mapSizes(groups['mean']!)).toEqual({ flat: 7, large: 2 ** 18 });
    for (const [name, update] of Object.entries(expected!.updates)) {
      expect(state!.updates[name]!.dataSync(), name).toEqual(update.dataSync());
    }
    const split = splitState(state!.state, parameters);
    const saved = namedState(split);
    for (const [name, tensor] of Object.entries(namedState(expected!.state))) {
      expect(saved[name]!.shape, name).toEqual(tensor.shape);
      expect(saved[name]!.dataSync(), name).toEqual(tensor.dataSync());
    }
    const joined = joinState(split, flat, parameters).stages!['0']!.perParameter!['mean']!;
    for (const [name, tensor] of Object.entries(joined)) {
      expect(tensor.dataSync(), name).toEqual(groups['mean']![name]!.dataSync());
    }
  });

  it('needs no joined tensor where there are no small ones', () => {
    const { large } = parametersOf();
    const state = flatOptimizer(optimizer()).init({ large });
    expect(Object.keys(state.stages!['0']!.perParameter!['mean']!)).toEqual(['large']);
    expect(Object.keys(namedState(splitState(state, { large })))).toContain('0/mean/large');
  });
});

const mapSizes = (tensors: { [name: string]: tf.Tensor }) =>
  Object.fromEntries(Object.entries(tensors).map(([name, { size }]) => [name, size]));
