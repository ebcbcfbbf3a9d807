import * as tf from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from '@hrm/act';
import type { PuzzleBatch } from '@hrm/data';
import { adamAtan2, type StepEvent } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { differences, eagerToHalt, free, train, withoutTime } from './compare-trainers';
import { reversalBatches, smallHrm, smallTrainer, smallTrm } from './reversal';

beforeAll(() => useBackend('wasm'));

describe.each([
  ['HRM', smallHrm],
  ['TRM', smallTrm],
] as const)('training a small %s', (_, makeNetwork) => {
  it('from the same seeds gives the same weights to the last bit', async () => {
    const [a, b] = [smallTrainer(eagerToHalt(makeNetwork(0))), smallTrainer(eagerToHalt(makeNetwork(0)), { seed: 0 })];
    const events = [await train(a, reversalBatches(20)), await train(b, reversalBatches(20))];
    expect(await differences(a, b)).toEqual([]);
    expect(events[1]!.map(withoutTime)).toEqual(events[0]!.map(withoutTime));
    expect(a.steps).toBe(20);
    free(a, b);
  });

  it('from another seed, of the weights or of the exploration, gives other weights', async () => {
    const trainers = [
      smallTrainer(eagerToHalt(makeNetwork(0))),
      smallTrainer(eagerToHalt(makeNetwork(1))),
      smallTrainer(eagerToHalt(makeNetwork(0)), { seed: 1 }),
    ] as const;
    for (const trainer of trainers) await train(trainer, reversalBatches(6));
    const [a, otherWeights, otherExploration] = trainers;
    const changed = 'weights/outputHead.weight';
    expect(await differences(a, otherWeights)).toContain(changed);
    expect(await differences(a, otherExploration)).toContain(changed);
    free(...trainers);
  });

  it('continues from a saved state as if it had never stopped', async () => {
    const batches = reversalBatches(16);
    const [whole, before] = [smallTrainer(makeNetwork(0)), smallTrainer(makeNetwork(0))];
    const events = await train(whole, batches);
    await train(before, batches.slice(0, 7));
    const saved = await before.state();
    const after = smallTrainer(makeNetwork(5), { seed: 9 });
    await train(after, reversalBatches(2, { seed: 3 }));
    after.restore(saved);
    expect(after.steps).toBe(7);
    expect(await differences(before, after)).toEqual([]);
    const eventsAfter = await train(after, batches.slice(7));
    expect(await differences(whole, after)).toEqual([]);
    expect(eventsAfter.map(withoutTime)).toEqual(events.slice(7).map(withoutTime));
    free(whole, before, after);
  });

  it('leaks no tensor over 100 steps, and none is left after disposal', async () => {
    const before = tf.memory().numTensors;
    const trainer = smallTrainer(makeNetwork());
    const [batch] = reversalBatches(1) as [PuzzleBatch];
    await trainer.trainBatch(batch);
    const { numTensors, numBytes } = tf.memory();
    for (let i = 0; i < 100; i++) await trainer.trainBatch(batch);
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    await trainer.evaluate([batch]);
    await trainer.state();
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    free(trainer);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('learns', async () => {
    const network = makeNetwork(0, { hiddenSize: 32, maxSegments: 2 });
    const optimizer = adamAtan2({ learningRate: 0.005 });
    const trainer = smallTrainer(network, { optimizer, tokenLoss: softmaxCrossEntropy });
    const events = await train(trainer, reversalBatches(200, { batchSize: 8 }));
    const meanLoss = (some: StepEvent[]) =>
      some.reduce((sum, { metrics }) => sum + metrics['tokenLoss']!, 0) / some.length;
    expect(meanLoss(events.slice(0, 10))).toBeGreaterThan(1.2);
    expect(meanLoss(events.slice(-10))).toBeLessThan(0.7);
    // By chance it would be one in 256.
    const { exactAccuracy } = await trainer.evaluate(reversalBatches(2, { batchSize: 32, seed: 1 }));
    expect(exactAccuracy).toBeGreaterThan(0.1);
    free(trainer);
  });
});
