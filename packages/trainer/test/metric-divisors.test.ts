import * as tf from '@tensorflow/tfjs-core';
import { fixedSteps, softmaxCrossEntropy, type HaltingController, type HaltingFactory } from '@hrm/act';
import { mixerBlock } from '@hrm/layers';
import { hrm } from '@hrm/models';
import { equilibrium } from '@hrm/recursion';
import { adamAtan2, evaluate, meanMetrics, Trainer, type TrainerOptions } from '@hrm/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { ownController } from './own-controller';
import { reversalBatches } from './reversal';

beforeAll(() => useBackend('cpu'));

/** Slots halt after 1, 2, 3 and 3 segments, and report the same three figures, each divided by something else. */
const staggered: HaltingFactory = () =>
  ({
    ...ownController,
    maxSegments: 3,
    decide: ({ steps }) => ({ halted: tf.greaterEqual(steps, tf.tensor1d([1, 2, 3, 3])) as tf.Tensor1D, state: {} }),
    losses: ({ tokenLoss }) => {
      const values = tf.tensor1d([1, 10, 100, 1000]);
      return {
        total: tokenLoss,
        metrics: {
          // A name that ends in "Loss" says nothing of what it is divided by.
          heightLoss: { values, dividedBy: 'counted' },
          height: { values, dividedBy: 'batch' },
          tallness: { values, dividedBy: 'segments' },
        },
      };
    },
  }) satisfies HaltingController;

const sizes = { vocabSize: 4, seqLen: 4, hiddenSize: 8, hLayers: 1, lLayers: 1, block: mixerBlock() };

async function metricsOf(
  parts: Partial<Parameters<typeof hrm>[0]>,
  steps: number,
  options: Partial<TrainerOptions> = {},
) {
  const model = hrm({ ...sizes, ...parts });
  const trainer = new Trainer(model, { optimizer: adamAtan2({ learningRate: 0.01 }), ...options });
  const metrics = [];
  for await (const event of trainer.train(reversalBatches(steps))) metrics.push(event.metrics);
  trainer.dispose();
  model.dispose();
  return metrics;
}

describe('a metric is divided by its divisor', () => {
  const threeSweeps = () => equilibrium({ iterations: 3 });

  it('in training: the steps of a solver are a mean over slots, however many have halted', async () => {
    const metrics = await metricsOf({ halting: fixedSteps(2), schedule: threeSweeps() }, 2);
    // Nobody halts at the first step, and all at the second.
    expect(metrics.map(({ count }) => count)).toEqual([0, 4]);
    expect(metrics.map(({ solverSteps }) => solverSteps)).toEqual([3, 3]);
  });

  it.each([
    ['in parts', { microBatch: 2 }],
    ['in parts side by side', { microBatch: 1, lanes: 2 }],
    ['in lanes', { lanes: 2 }],
    ['over several segments of an update', { segmentsPerUpdate: 2 }],
  ])('in training %s', async (_, options) => {
    const [metrics] = await metricsOf({ halting: fixedSteps(2), schedule: threeSweeps() }, 1, options);
    expect(metrics!['solverSteps']).toBe(3);
  });

  it('in training: figures of a custom controller, whatever their names', async () => {
    const [first, second] = await metricsOf({ halting: staggered }, 2);
    expect(first).toMatchObject({ count: 1, heightLoss: 1, height: 1111 / 4, tallness: 1111 / 4 });
    // The first slot has a new puzzle and halts again, and so does the second.
    expect(second).toMatchObject({ count: 2, heightLoss: 11 / 2, height: 1111 / 4, tallness: 1111 / 4 });
  });

  it('over several segments of an update: slots that rest count in no mean over segments', async () => {
    const [metrics] = await metricsOf({ halting: staggered }, 1, { segmentsPerUpdate: 3 });
    // All four run the first segment, three the second, two the third.
    const tallness = (1111 + 1110 + 1100) / (4 + 3 + 2);
    expect(metrics).toMatchObject({ count: 4, heightLoss: 1111 / 4, height: (1111 + 1110 + 1100) / 4 });
    expect(metrics!['tallness']).toBeCloseTo(tallness, 4);
  });

  it('in an evaluation: padding counts in no mean', async () => {
    const model = hrm({ ...sizes, halting: fixedSteps(2), schedule: threeSweeps() });
    const [batch] = reversalBatches(1);
    const padded = { ...batch!, labels: batch!.labels.map((label, i) => (i < 8 ? label : -100)) };
    const { count, totals } = await evaluate(model, [batch!, padded], { tokenLoss: softmaxCrossEntropy });
    expect(count).toBe(6);
    expect(totals['solverSteps']).toEqual({ total: 18, count: 6 });
    expect(meanMetrics(totals)).toMatchObject({ solverSteps: 3, steps: 2 });
    model.dispose();
  });
});
