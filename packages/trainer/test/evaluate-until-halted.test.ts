import * as tf from '@tensorflow/tfjs-core';
import { residualHalting, softmaxCrossEntropy, type HaltingController, type ReasoningNetwork } from '@hrm/act';
import { IGNORED_LABEL, invalid, type PuzzleBatch, VALID } from '@hrm/data';
import { mixerBlock } from '@hrm/layers';
import { hrm } from '@hrm/models';
import { evaluate } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { echoNetwork } from './echo-network';
import { reversalBatches } from './reversal';

beforeAll(() => useBackend('cpu'));

const tokenLoss = softmaxCrossEntropy;

/**
 * Answers 0 everywhere after the first segment, and what it is given from the second on. A puzzle halts after as many
 * segments as its first token says.
 */
function lateEcho(): ReasoningNetwork {
  const echo = echoNetwork({ seqLen: 2, vocabSize: 4, maxSegments: 3 });
  const halting: HaltingController = {
    name: 'as the first token says',
    maxSegments: 3,
    parameters: {},
    logits: (zH) => ({ first: tf.argMax(tf.reshape(tf.slice(zH, [0, 0, 0], [-1, 1, -1]), [zH.shape[0], -1]), -1) }),
    decide: ({ logits, steps }) => {
      const halted = tf.greaterEqual(steps, logits['first']!) as tf.Tensor1D;
      return { halted: tf.logicalOr(halted, tf.greaterEqual(steps, 3)) as tf.Tensor1D };
    },
  };
  return {
    ...echo,
    halting,
    parameters: {},
    refine: ({ zH, zL }, x) => ({ latents: { zH: tf.add(zH, x) as tf.Tensor3D, zL } }),
    readOut: (zH) => tf.add(tf.relu(tf.sub(zH, 1)), tf.oneHot(tf.fill(zH.shape.slice(0, 2), 0, 'int32'), 4, 0.5, 0)),
  };
}

const batch: PuzzleBatch = {
  //                     halts after 1, after 2, after 3, after 3, padding
  inputs: Int32Array.of(1, 2, 2, 1, 3, 1, 3, 3, 0, 0),
  labels: Int32Array.of(1, 2, 2, 1, 3, 2, IGNORED_LABEL, 3, IGNORED_LABEL, IGNORED_LABEL),
  puzzleIdentifiers: new Int32Array(5),
  batchSize: 5,
  seqLen: 2,
};

describe('halting in an evaluation', () => {
  // The first is wrong because it stops too soon, the third is half right.
  const halted = { exactAccuracy: 2 / 4, accuracy: 2.5 / 4, meanSegments: 9 / 4, haltingSteps: [1, 1, 2] };

  it('is reported in addition to the figures of all segments', async () => {
    const evaluation = await evaluate(lateEcho(), [batch], { tokenLoss });
    expect(evaluation).toMatchObject({ count: 4, exactAccuracy: 3 / 4, accuracy: 3.5 / 4, meanSegments: 3, halted });
    const twice = await evaluate(lateEcho(), [batch, batch], { tokenLoss });
    expect(twice.halted).toEqual({ ...halted, haltingSteps: [2, 2, 4] });
  });

  it('counts answers that the task accepts, whatever their labels', async () => {
    // All right at the end. The first stops too soon; padding is right too, but does not count.
    const verify = (question: ArrayLike<number>, answer: ArrayLike<number>) =>
      question[0] === answer[0] ? VALID : invalid('another first token');
    expect(await evaluate(lateEcho(), [batch], { tokenLoss, verify })).toMatchObject({ exactAccuracy: 0.75, valid: 1 });
    const stopped = await evaluate(lateEcho(), [batch], { until: 'halted', verify });
    expect(stopped).toMatchObject({ exactAccuracy: 0.5, valid: 0.75, halted: { valid: 0.75 } });
    expect(await evaluate(lateEcho(), [batch], { tokenLoss })).not.toHaveProperty('valid');
  });

  it('computes fewer rows when halted puzzles leave the batch', async () => {
    const counts: number[] = [];
    const found = await evaluate(lateEcho(), [batch], {
      until: 'halted',
      onBatch: ({ count }) => counts.push(count),
    });
    // Five rows; then three, for want of a smaller bucket that holds them; then two for the last two.
    const { haltingSteps: _, ...means } = halted;
    const totals = {
      exactAccuracy: { total: 2, count: 4 },
      accuracy: { total: 2.5, count: 4 },
      steps: { total: 9, count: 4 },
    };
    expect(found).toEqual({ ...means, count: 4, halted, totals, rowsComputed: 5 + 3 + 2 });
    expect(counts).toEqual([4]);
    expect(await evaluate(lateEcho(), [], { until: 'halted' })).toMatchObject({
      count: 0,
      exactAccuracy: 0,
      rowsComputed: 0,
    });
  });

  it('has the same result in both ways for a real model, and leaks nothing', async () => {
    const model = hrm({
      vocabSize: 4,
      seqLen: 4,
      hiddenSize: 8,
      hLayers: 1,
      lLayers: 1,
      block: mixerBlock({ feedForward: 'gelu' }),
      positions: 'none',
      halting: residualHalting({ maxSegments: 6, tolerance: 0.35 }),
    });
    const batches = reversalBatches(2, { batchSize: 8 });
    const before = tf.memory().numTensors;
    const beside = (await evaluate(model, batches, { tokenLoss })).halted;
    const { count, rowsComputed, halted: leaving } = await evaluate(model, batches, { until: 'halted' });
    expect(tf.memory().numTensors).toBe(before);
    expect(count).toBe(16);
    expect(leaving.haltingSteps).toEqual(beside.haltingSteps);
    expect(leaving.haltingSteps.filter((puzzles) => puzzles > 0).length).toBeGreaterThan(1);
    for (const figure of ['exactAccuracy', 'accuracy', 'meanSegments'] as const) {
      expect(leaving[figure], figure).toBeCloseTo(beside[figure], 6);
    }
    expect(rowsComputed).toBeLessThan(16 * 6);
    model.dispose();
  });
});
