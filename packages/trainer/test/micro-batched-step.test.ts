import * as tf from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from '@hrm/act';
import { adamW, evaluate, signSgd, Trainer, type TrainerOptions } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { reversalBatches, smallHrm } from './reversal';

beforeAll(() => useBackend('cpu'));

/** Steps of the same training with other options: weights, carry and figures at the end. */
async function train(options: Partial<TrainerOptions>) {
  const model = smallHrm();
  const trainer = new Trainer(model, {
    optimizer: adamW({ learningRate: 1e-2, weightDecay: 0.1 }),
    puzzleOptimizer: signSgd({ learningRate: 1e-2 }),
    tokenLoss: softmaxCrossEntropy,
    seed: 0,
    ...options,
  });
  const events = [];
  for await (const event of trainer.train(reversalBatches(5))) events.push(event);
  const state = await trainer.state();
  trainer.dispose();
  model.dispose();
  return { state, events };
}

describe('microBatch and lanes', () => {
  it.each([
    ['a slot at a time', { microBatch: 1 }],
    ['two slots at a time', { microBatch: 2 }],
    ['a slot at a time in two lanes', { microBatch: 1, lanes: 2 }],
    ['a slot at a time in lanes that do not come out even', { microBatch: 1, lanes: 3 }],
    ['more lanes than parts', { microBatch: 2, lanes: 8 }],
    ['two lanes inside of one step', { lanes: 2 }],
  ])('make the same steps as the whole batch: %s', async (_, options) => {
    const whole = await train({});
    const parts = await train(options);
    for (const part of ['weights', 'carry', 'optimizer'] as const) {
      expect([...parts.state[part].keys()]).toEqual([...whole.state[part].keys()]);
      for (const [name, { data, shape }] of whole.state[part]) {
        const found = parts.state[part].get(name)!;
        expect(found.shape).toEqual(shape);
        Array.from(data as ArrayLike<number>).forEach((value, i) => expect(found.data[i]).toBeCloseTo(value, 4));
      }
    }
    expect(parts.state.random).toEqual(whole.state.random);
    parts.events.forEach((event, i) => {
      expect(event.haltingSteps).toEqual(whole.events[i]!.haltingSteps);
      for (const [name, value] of Object.entries(whole.events[i]!.metrics))
        expect(event.metrics[name]).toBeCloseTo(value, 4);
    });
  });

  it('leave no tensor behind, step after step', async () => {
    const model = smallHrm();
    const trainer = new Trainer(model, {
      optimizer: adamW({ learningRate: 1e-2 }),
      puzzleOptimizer: signSgd({ learningRate: 1e-2 }),
      microBatch: 1,
      lanes: 2,
    });
    const counts: number[] = [];
    for await (const _ of trainer.train(reversalBatches(4))) counts.push(tf.memory().numTensors);
    expect(new Set(counts).size).toBe(1);
    trainer.dispose();
    model.dispose();
  });

  it('must be whole numbers that divide the batch', async () => {
    await expect(train({ microBatch: 3 })).rejects.toThrow('microBatch is 3, which does not divide the batch of 4');
    await expect(train({ lanes: 3 })).rejects.toThrow('lanes is 3, which does not divide the batch of 4');
    await expect(train({ lanes: 0 })).rejects.toThrow('lanes is 0, expected a whole number of at least 1');
    await expect(train({ microBatch: 0 })).rejects.toThrow('microBatch is 0, expected a whole number of at least 1');
  });

  it.each([{ microBatch: 3 }, { microBatch: 3, lanes: 2 }, { lanes: 2 }, { microBatch: 1, lanes: 3 }])(
    'evaluates as the whole batch does, also where the last part is smaller: %o',
    async (options) => {
      const model = smallHrm();
      const [batch] = reversalBatches(1);
      const whole = await evaluate(model, [batch!], { tokenLoss: softmaxCrossEntropy });
      const parts = await evaluate(model, [batch!], { tokenLoss: softmaxCrossEntropy, ...options });
      expect(parts.count).toBe(whole.count);
      expect(parts.halted.haltingSteps).toEqual(whole.halted.haltingSteps);
      for (const [name, { total, count }] of Object.entries(whole.totals)) {
        expect(parts.totals[name]!.total, name).toBeCloseTo(total, 4);
        expect(parts.totals[name]!.count, name).toBe(count);
      }
      model.dispose();
    },
  );
});
