import * as tf from '@tensorflow/tfjs-core';
import { gravesAct, qLearningHalting, type HaltingFactory } from '@hrm/act';
import type { Compile } from '@hrm/layers';
import { compile } from '@hrm/runtime';
import { adamAtan2, signSgd, Trainer } from '@hrm/trainer';
import { describe, expect, it } from 'vitest';
import { isNativeSetUp } from './native';
import { reversalBatch, reversalModel } from './native-reversal';

/** Weights after some updates, and their metrics. */
async function train(halting: HaltingFactory, segmentsPerUpdate: number, compile?: Compile) {
  const model = reversalModel({
    halting,
    puzzleEmbedding: { puzzles: 2, size: 8 },
  });
  const trainer = new Trainer(model, {
    optimizer: adamAtan2({ learningRate: 1e-4 }),
    puzzleOptimizer: signSgd({ learningRate: 1e-4 }),
    segmentsPerUpdate,
    ...(compile && { compile }),
  });
  const events: { [figure: string]: number }[] = [];
  for (let step = 0; step < 4; step++) {
    const { metrics, haltingSteps } = await trainer.trainBatch(reversalBatch(step, Int32Array.of(0, 1, 0, 1)));
    events.push({
      ...metrics,
      ...Object.fromEntries(haltingSteps.map((count, i) => [`halted after ${i + 1}`, count])),
    });
  }
  const { weights } = await trainer.state();
  trainer.dispose();
  model.dispose();
  return { weights, events };
}

describe.skipIf(!isNativeSetUp)('on native TensorFlow', () => {
  it.each<[string, HaltingFactory]>([
    ['q-learning', qLearningHalting({ maxSegments: 3, exploration: 0.5 })],
    ['graves', gravesAct({ maxSegments: 3 })],
  ])('an update of two segments is compiled as one computation, with the same results: %s', async (_, halting) => {
    let recordings = 0;
    const compiled: Compile = (f) => compile(f, { onRecord: () => void recordings++ });
    const [eager, fast] = [await train(halting, 2), await train(halting, 2, compiled)];
    expect(recordings).toBe(1);
    expect(tf.getBackend()).toBe('tensorflow');
    fast.events.forEach((event, i) => {
      for (const [name, value] of Object.entries(event)) {
        const expected = eager.events[i]![name]!;
        expect(Math.abs(value - expected), `${name} of update ${i}`).toBeLessThan(1e-4 + 1e-4 * Math.abs(expected));
      }
    });
    for (const [name, { data }] of fast.weights) {
      const expected = eager.weights.get(name)!.data;
      // On average, because rounding decides the direction of Adam where a gradient is nearly 0.
      const error = [...data].reduce<number>(
        (sum, value, i) => sum + Math.abs(Number(value) - Number(expected[i]!)),
        0,
      );
      expect(error / data.length, name).toBeLessThan(1e-5);
    }
  });
});
