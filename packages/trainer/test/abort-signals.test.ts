import * as tf from '@tensorflow/tfjs-core';
import { namedParameters } from '@hrm/layers';
import { evaluate } from '@hrm/trainer';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { reversalBatches, smallHrm, smallTrainer } from './reversal';

beforeAll(() => useBackend('cpu'));

const reason = new Error('the user has left');

let tensorsBefore: number;
beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors, 'tensors left by the test').toBe(tensorsBefore);
});

const make = () => {
  const network = smallHrm();
  const trainer = smallTrainer(network);
  return { network, trainer, free: () => [trainer.dispose(), network.dispose()] };
};

describe('a signal ends training', () => {
  it('before the next step and the next batch, and training can continue exactly', async () => {
    const [ended, whole] = [make(), make()];
    const batches = reversalBatches(6);
    for await (const _ of whole.trainer.train(batches));

    const controller = new AbortController();
    const source = batches.values();
    const end = async () => {
      for await (const { step } of ended.trainer.train(source, { signal: controller.signal })) {
        if (step === 4) controller.abort(reason);
      }
    };
    // An array's iterator lives on, as the generator of a program's data does not.
    await expect(end()).rejects.toBe(reason);
    expect(ended.trainer.steps).toBe(4);
    const { numTensors } = tf.memory();
    await expect(ended.trainer.train(batches, { signal: controller.signal }).next()).rejects.toBe(reason);
    expect(tf.memory().numTensors).toBe(numTensors);
    for await (const _ of ended.trainer.train([...source]));
    expect(await ended.trainer.state()).toEqual(await whole.trainer.state());
    for (const { free } of [ended, whole]) free();
  });

  it('also when a timer aborts it, although no step waits for anything', async () => {
    const { trainer, free } = make();
    const [batch] = reversalBatches(1);
    const endless = function* () {
      for (;;) yield batch!;
    };
    const end = async () => {
      for await (const _ of trainer.train(endless(), { signal: AbortSignal.timeout(20), maxSteps: 5000 }));
    };
    await expect(end()).rejects.toThrow('timeout');
    expect(trainer.steps).toBeLessThan(5000);
    free();
  });

  it('and anything else in its place is refused', async () => {
    const { trainer, free } = make();
    const signal = new AbortController() as unknown as AbortSignal;
    await expect(trainer.train(reversalBatches(1), { signal }).next()).rejects.toThrow(
      'Trainer: signal is an object of class AbortController, expected an AbortSignal',
    );
    free();
  });
});

describe.each(['end', 'halted'] as const)('a signal ends an evaluation until %s', (until) => {
  it('between segments, with its reason, and leaves no tensor', async () => {
    const { network, free } = make();
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    let batches = 0;
    const ended = evaluate(network, reversalBatches(4), {
      until,
      signal: controller.signal,
      onBatch: () => ++batches === 2 && controller.abort(reason),
    });
    await expect(ended).rejects.toBe(reason);
    expect(batches).toBe(2);
    expect(tf.memory().numTensors).toBe(before);

    const timed = new AbortController();
    setTimeout(() => timed.abort(reason), 1);
    const endless = function* () {
      for (;;) yield* reversalBatches(1);
    };
    await expect(evaluate(network, endless(), { until, signal: timed.signal })).rejects.toBe(reason);
    expect(tf.memory().numTensors).toBe(before);
    free();
  });

  it('of a trainer, which then has its own weights again and takes the next call', async () => {
    const { network, trainer, free } = make();
    const batches = reversalBatches(3);
    for await (const _ of trainer.train(batches));
    const weights = () => [...namedParameters(network).values()].map((parameter) => [...parameter.dataSync()]);
    const [before, { numTensors }] = [weights(), tf.memory()];
    const controller = new AbortController();
    const options = { until, signal: controller.signal, onBatch: () => controller.abort(reason) };
    await expect(trainer.evaluate(batches, options)).rejects.toBe(reason);
    expect(weights()).toEqual(before);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect((await trainer.evaluate(batches, { until })).count).toBe(12);
    free();
  });
});
