import * as tf from '@tensorflow/tfjs-core';
import { all, fixedSteps, softmaxCrossEntropy, type HaltingController, type TokenLoss } from '@hrm/act';
import type { PuzzleBatch } from '@hrm/data';
import { Linear, mixerBlock, ShapeError, type BlockFactory } from '@hrm/layers';
import { hrm, type HrmOptions } from '@hrm/models';
import { oneStepGradient, type RecursionSchedule } from '@hrm/recursion';
import { adamAtan2, Trainer, type Optimizer } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { ownController } from './own-controller';

beforeAll(() => useBackend('cpu'));

const batch: PuzzleBatch = {
  inputs: Int32Array.of(0, 1, 2, 3, 3, 2, 1, 0),
  labels: Int32Array.of(3, 2, 1, 0, 0, 1, 2, 3),
  puzzleIdentifiers: new Int32Array(2),
  batchSize: 2,
  seqLen: 4,
};
const good = {
  vocabSize: 4,
  seqLen: 4,
  hiddenSize: 8,
  hLayers: 1,
  lLayers: 2,
  positions: 'none',
  block: mixerBlock({ feedForward: 'gelu' }),
  schedule: oneStepGradient({ hCycles: 1, lCycles: 1 }),
  halting: fixedSteps(2),
} satisfies HrmOptions;

/** What a training step says of a model with such parts. */
async function failureOf(
  parts: Partial<HrmOptions>,
  optimizer: Optimizer = adamAtan2({ learningRate: 0.1 }),
  tokenLoss: TokenLoss = softmaxCrossEntropy,
) {
  const model = hrm({ ...good, ...parts });
  const trainer = new Trainer(model, { optimizer, tokenLoss });
  const failure = await trainer.trainBatch(batch).then(
    () => undefined,
    (error: unknown) => error,
  );
  trainer.dispose();
  model.dispose();
  return failure;
}

class Halves {
  readonly parameters: { linear: Linear };
  constructor(outputSize: number, inputSize: number, random: ConstructorParameters<typeof Linear>[0]['random']) {
    this.parameters = { linear: new Linear({ inputSize, outputSize, random }) };
  }
  apply(hidden: tf.Tensor3D): tf.Tensor3D {
    return this.parameters.linear.apply(hidden);
  }
}

/** A schedule that spoils what the good one gives. */
const spoilt = (spoil: (zH: tf.Tensor3D) => tf.Tensor): RecursionSchedule => ({
  name: 'hasty',
  refine(core, latents, x) {
    const { zH, zL } = good.schedule.refine(core, latents, x).latents;
    return { latents: { zH: spoil(zH) as tf.Tensor3D, zL } };
  },
});

const controller = (changes: Partial<HaltingController>) => (): HaltingController => ({ ...ownController, ...changes });

const narrow: BlockFactory = ({ hiddenSize, random }) => new Halves(hiddenSize / 2, hiddenSize, random);
const blind: BlockFactory = ({ hiddenSize, random }) => new Halves(hiddenSize, hiddenSize / 2, random);

describe('a part that takes or returns a wrong shape is named, with the expected shape and its own', () => {
  it.each<[string, Partial<HrmOptions>, string]>([
    [
      'a block',
      { block: narrow },
      'block 0 of a ReasoningModule, Halves: got a tensor of shape [2, 4, 4], expected [2, 4, 8]',
    ],
    ['a layer in a block', { block: blind }, 'Linear: got a tensor of shape [2, 4, 8], expected [2, 4, 4]'],
    [
      'a schedule',
      { schedule: spoilt((zH) => tf.slice(zH, [0, 0, 0], [-1, 3, -1])) },
      'recursion schedule hasty, zH: got a tensor of shape [2, 3, 8], expected [2, 4, 8]',
    ],
    [
      'a controller, by its logits',
      { halting: controller({ logits: (zH) => ({ halt: tf.mean(zH, 1) }) }) },
      'halting controller own, logit halt: got a tensor of shape [2, 8], expected [2]',
    ],
    [
      'a controller, by its losses',
      { halting: controller({ losses: ({ tokenLoss }) => ({ total: tf.sum(tokenLoss) as never, metrics: {} }) }) },
      'halting controller own, total: got a tensor of shape [], expected [2]; one value per slot',
    ],
    [
      'a controller, by its figures',
      {
        halting: controller({
          losses: ({ tokenLoss }) => ({
            total: tokenLoss,
            metrics: { wait: { values: tf.ones([2, 1]) as never, dividedBy: 'batch' } },
          }),
        }),
      },
      'halting controller own, metric wait: got a tensor of shape [2, 1], expected [2]',
    ],
  ])('%s', async (_, parts, message) => {
    const failure = await failureOf(parts);
    expect(failure).toBeInstanceOf(ShapeError);
    expect((failure as ShapeError).message).toContain(message);
  });

  it('an optimizer', async () => {
    const optimizer: Optimizer = {
      learningRate: () => 0.1,
      init: () => ({}),
      update: (gradients, state) => ({
        updates: Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, tf.sum(gradient)])),
        state,
      }),
    };
    const failure = await failureOf({}, optimizer);
    expect(failure).toBeInstanceOf(ShapeError);
    expect((failure as ShapeError).message).toBe(
      'optimizer, update of tokenEmbedding.weight: got a tensor of shape [], expected [4, 8]',
    );
  });

  it.each<[string, TokenLoss, string]>([
    ['a sum', (logits) => tf.sum(logits) as never, 'got a tensor of shape [], expected [2, 4]; it returns the loss of'],
    [
      'one value per sequence',
      (logits) => tf.sum(logits, [1, 2]) as never,
      'got a tensor of shape [2], expected [2, 4]',
    ],
    ['a number', () => 3 as never, 'got the number 3, expected a tensor of shape [2, 4]'],
  ])('a token loss that returns %s', async (_, tokenLoss, message) => {
    expect(String(await failureOf({}, undefined, tokenLoss))).toContain(`tokenLoss: ${message}`);
  });

  it('but parts with the right shapes pass', async () => {
    expect(await failureOf({ halting: controller({}), schedule: spoilt((zH) => zH) })).toBeUndefined();
  });
});

describe('a part that returns something else is named, with its function and what was expected', () => {
  const returning = (value: unknown) => (() => value) as never;
  it.each<[string, Partial<HrmOptions>, string]>([
    ['refine', { schedule: { name: 'mine', refine: returning(undefined) } }, 'recursion schedule mine: refine returned undefined, expected { latents }'],
    ['refine, asynchronous', { schedule: { name: 'mine', refine: returning(Promise.resolve()) } }, 'mine: refine returned an object of class Promise'],
    ['refine, without latents', { schedule: { name: 'mine', refine: returning({}) } }, 'the latents that refine returned undefined, expected { zH, zL }'],
    ['refine, without zL', { schedule: { name: 'mine', refine: (core, { zH }) => ({ latents: { zH } as never }) } }, 'recursion schedule mine, zL: got undefined, expected a tensor of shape [2, 4, 8]'],
    ['draw', { schedule: { ...good.schedule, name: 'mine', draw: returning(undefined) } }, 'recursion schedule mine: draw returned undefined, expected arrays by name'],
    ['decide', { halting: controller({ decide: returning(undefined) }) }, 'halting controller own: decide returned undefined, expected { halted, state } or { halted }'],
    ['decide, a tensor', { halting: controller({ decide: ({ steps }) => tf.greaterEqual(steps, 2) as never }) }, 'halting controller own: decide returned a tensor of shape [2]'],
    ['decide, without halted', { halting: controller({ decide: returning({}) }) }, 'halting controller own, halted: got undefined, expected a tensor of shape [2]'],
    ['decide of a member', { halting: all(controller({ decide: returning(undefined) }), fixedSteps(2)) }, 'halting controller own: decide returned undefined'],
    ['losses', { halting: controller({ losses: returning(undefined) }) }, 'halting controller own: losses returned undefined, expected { total, metrics }'],
    ['losses, without a total', { halting: controller({ losses: returning({ metrics: {} }) }) }, 'halting controller own, total: got undefined'],
    ['losses, without metrics', { halting: controller({ losses: ({ tokenLoss }) => ({ total: tokenLoss }) as never }) }, 'the metrics that losses returned undefined, expected metrics by name'],
    ['logits', { halting: controller({ logits: returning(undefined) }) }, 'halting controller own: logits returned undefined, expected tensors by name'],
    ['initialState', { halting: controller({ initialState: returning(undefined) }) }, 'halting controller own: initialState returned undefined'],
    ['draw of a controller', { halting: controller({ draw: returning(undefined) }) }, 'halting controller own: draw returned undefined, expected arrays by name'],
  ])('%s', async (_, parts, message) => {
    await failureOf({});
    const before = tf.memory().numTensors;
    expect(String(await failureOf(parts))).toContain(message);
    expect(tf.memory().numTensors).toBe(before);
  }); // prettier-ignore
});

it('label smoothing is refused for a model with candidates, whose other tokens are impossible', async () => {
  const parts = { candidates: { first: 1, count: 3 } };
  const failure = await failureOf(parts, undefined, softmaxCrossEntropy.smoothed(0.1));
  expect(failure).toBeInstanceOf(RangeError);
  expect(String(failure)).toContain('tokenLoss: label smoothing of 0.1 makes every token a target');
  expect(await failureOf(parts, undefined, softmaxCrossEntropy.smoothed(0))).toBeUndefined();
  // Every token is a candidate.
  expect(
    await failureOf({ candidates: { first: 0, count: 4 } }, undefined, softmaxCrossEntropy.smoothed(0.1)),
  ).toBeUndefined();
});
