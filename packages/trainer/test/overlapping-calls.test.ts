import * as tf from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy, stablemaxCrossEntropy } from '@hrm/act';
import type { PuzzleBatch } from '@hrm/data';
import { namedParameters } from '@hrm/layers';
import { hrm } from '@hrm/models';
import { progressive } from '@hrm/recursion';
import { adamAtan2, evaluate, evaluationStep, Trainer } from '@hrm/trainer';
import { beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { reversalBatches, smallHrm, smallTrainer } from './reversal';

beforeAll(() => useBackend('cpu'));

const batches = reversalBatches(8);
const held = reversalBatches(2, { seed: 5 });

const make = () => {
  const network = smallHrm();
  return { network, trainer: smallTrainer(network), free: () => network.dispose() };
};

/** The weights that the model has, as numbers. */
const weightsOf = (network: ReturnType<typeof smallHrm>) =>
  [...namedParameters(network).values()].map((parameter) => [...parameter.dataSync()]);

let tensorsBefore: number;
beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors, 'tensors left by the test').toBe(tensorsBefore);
});

describe('calls of a Trainer that overlap', () => {
  it('take turns: steps, states and evaluations are the same as one after the other', async () => {
    const [one, other] = [make(), make()];
    const expected = [];
    for (const batch of batches.slice(0, 2)) expected.push((await one.trainer.trainBatch(batch)).metrics);
    expected.push((await one.trainer.state()).weights);
    expected.push(await one.trainer.evaluate(held));
    expected.push((await one.trainer.trainBatch(batches[2]!)).metrics);
    expected.push(await one.trainer.withAveragedWeights(async () => weightsOf(one.network)));
    expected.push(await one.trainer.state());

    const { trainer, network } = other;
    const got = await Promise.all([
      trainer.trainBatch(batches[0]!).then(({ metrics }) => metrics),
      trainer.trainBatch(batches[1]!).then(({ metrics }) => metrics),
      trainer.state().then(({ weights }) => weights),
      trainer.evaluate(held),
      trainer.trainBatch(batches[2]!).then(({ metrics }) => metrics),
      trainer.withAveragedWeights(async () => weightsOf(network)),
      trainer.state(),
    ]);
    expect(got).toEqual(expected);
    expect(trainer.steps).toBe(3);
    for (const { trainer, free } of [one, other]) [trainer.dispose(), free()];
  });

  it('continue after one that fails', async () => {
    const { trainer, free } = make();
    const wrongBatch = { ...batches[0]!, seqLen: 3 };
    const results = await Promise.allSettled([
      trainer.trainBatch(wrongBatch),
      trainer.evaluate([wrongBatch]),
      trainer.withAveragedWeights(() => Promise.reject(new Error('mine'))),
      trainer.trainBatch(batches[0]!),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
    expect(trainer.steps).toBe(1);
    trainer.dispose();
    free();
  });

  it('evaluate inside of withAveragedWeights and of an evaluation, on the same averages', async () => {
    const { trainer, network, free } = make();
    for (const batch of batches.slice(0, 3)) await trainer.trainBatch(batch);
    const own = weightsOf(network);
    const alone = await trainer.evaluate(held);
    let inner: unknown;
    const nested = await trainer.withAveragedWeights(() => trainer.evaluate(held));
    const outer = await trainer.evaluate(held, {
      onSegment: async (_, index) => {
        if (index === 0) inner ??= await trainer.withAveragedWeights(() => trainer.evaluate(held));
      },
    });
    expect([nested, outer, inner]).toEqual([alone, alone, alone]);
    expect(weightsOf(network)).toEqual(own);
    trainer.dispose();
    free();
  });

  it('leave the averages in the model until the last evaluation that joined is over', async () => {
    const { trainer, network, free } = make();
    for (const batch of batches.slice(0, 3)) await trainer.trainBatch(batch);
    const own = weightsOf(network);
    const alone = await trainer.evaluate(held);
    let joined: Promise<unknown> | undefined;
    await trainer.withAveragedWeights(async () => {
      joined = trainer.evaluate(held);
    });
    expect(weightsOf(network)).toEqual(own);
    expect(await joined).toEqual(alone);
    expect(weightsOf(network)).toEqual(own);
    trainer.dispose();
    free();
  });

  it('are refused if they would wait for themselves, and change nothing', async () => {
    const { trainer, free } = make();
    await trainer.trainBatch(batches[0]!);
    const state = await trainer.state();
    const refusals: string[] = [];
    const attempt = async (call: () => unknown) => {
      try {
        await call();
      } catch (error) {
        refusals.push((error as Error).message);
      }
    };
    await trainer.withAveragedWeights(async () => {
      await attempt(() => trainer.trainBatch(batches[1]!));
      await attempt(() => trainer.state());
      await attempt(() => trainer.restore(state));
    });
    await trainer.evaluate(held.slice(0, 1), {
      onSegment: async (_, index) => {
        if (index === 0) await attempt(() => trainer.trainBatch(batches[1]!));
      },
    });
    expect(refusals).toEqual([
      expect.stringContaining('trainBatch was called while withAveragedWeights is under way'),
      expect.stringContaining('state was called while withAveragedWeights is under way'),
      expect.stringContaining('restore was called while another call is under way'),
      expect.stringContaining('trainBatch was called while evaluate is under way'),
    ]);
    expect(await trainer.state()).toEqual(state);
    trainer.dispose();
    free();
  });

  it('restore does not wait: it is refused during a step, and works after it', async () => {
    const { trainer, free } = make();
    const state = await trainer.state();
    const step = trainer.trainBatch(batches[0]!);
    expect(() => trainer.restore(state)).toThrow('restore was called while another call is under way');
    await step;
    trainer.restore(state);
    expect(await trainer.state()).toEqual(state);
    trainer.dispose();
    free();
  });

  it('end before dispose frees anything; after it, no call is possible', async () => {
    const { trainer, free } = make();
    const steps = [trainer.trainBatch(batches[0]!), trainer.trainBatch(batches[1]!)];
    trainer.dispose();
    trainer.dispose();
    expect((await Promise.all(steps)).map(({ step }) => step)).toEqual([1, 2]);
    await expect(trainer.trainBatch(batches[2]!)).rejects.toThrow('it has been disposed of');
    await expect(trainer.evaluate(held)).rejects.toThrow('it has been disposed of');
    free();
  });
});

it('two simultaneous evaluations with one step count the same as each alone', async () => {
  const network = smallHrm();
  const step = evaluationStep(network, softmaxCrossEntropy);
  const options = { tokenLoss: softmaxCrossEntropy, step };
  const alone = [];
  for (const batch of held) alone.push(await evaluate(network, [batch], options));
  expect(await Promise.all(held.map((batch) => evaluate(network, [batch], options)))).toEqual(alone);
  network.dispose();
});

describe('a first batch that fails', () => {
  it('does not fix the batch size, and uses up no random numbers', async () => {
    const [one, other] = [make(), make()];
    await expect(one.trainer.trainBatch({ ...batches[0]!, seqLen: 2, batchSize: 8 })).rejects.toThrow(
      'Trainer: puzzleIdentifiers has 4 numbers, expected batchSize = 8',
    );
    const wrongBatch = { ...batches[0]!, inputs: batches[0]!.inputs.with(0, 9) };
    await expect(one.trainer.trainBatch(wrongBatch)).rejects.toThrow('the token in slot 0 at position 0 is 9');
    const [small] = reversalBatches(1, { batchSize: 2 }) as [PuzzleBatch];
    for (const { trainer } of [one, other]) await trainer.trainBatch(small);
    expect(await one.trainer.state()).toEqual(await other.trainer.state());
    await expect(one.trainer.trainBatch(batches[0]!)).rejects.toThrow('a batch of 4 came after batches of 2');
    for (const { trainer, free } of [one, other]) [trainer.dispose(), free()];
  });
});

describe('a network that changes as training goes on', () => {
  const sizes = { vocabSize: 4, seqLen: 4, hiddenSize: 8, hLayers: 1, lLayers: 1 };
  const optimizer = adamAtan2({ learningRate: 0.01 });

  it('needs to know how long that takes', () => {
    const network = hrm({ ...sizes, schedule: progressive() });
    expect(() => new Trainer(network, { optimizer })).toThrow(
      'this network changes as training goes on, as progressive schedules do; give totalSteps',
    );
    for (const totalSteps of [0, Number.NaN, 1.5]) {
      expect(() => new Trainer(network, { optimizer, totalSteps })).toThrow(`totalSteps is ${totalSteps}, expected`);
    }
    new Trainer(network, { optimizer, totalSteps: 10 }).dispose();
    network.dispose();
    const steady = hrm(sizes);
    new Trainer(steady, { optimizer, tokenLoss: stablemaxCrossEntropy }).dispose();
    steady.dispose();
  });
});
