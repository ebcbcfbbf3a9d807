import { qLearningHalting } from '@hrm/act';
import type { Compile } from '@hrm/layers';
import { compile } from '@hrm/runtime';
import { adamAtan2, signSgd, Trainer } from '@hrm/trainer';
import { expect, it } from 'vitest';
import { trainedParts } from '../src/run/building/trained-parts';
import { isNativeSetUp } from './native';
import { reversalBatch, reversalModel } from './native-reversal';

/** Weights before and after three steps of training the puzzle embedding only. */
async function train(compile?: Compile) {
  const model = reversalModel({
    halting: qLearningHalting({ maxSegments: 2 }),
    puzzleEmbedding: { puzzles: 3, size: 8 },
  });
  const trainer = new Trainer(model, {
    optimizer: adamAtan2({ learningRate: 1e-2 }),
    puzzleOptimizer: signSgd({ learningRate: 1e-2 }),
    trains: trainedParts(['puzzleEmbedding'], model),
    ...(compile && { compile }),
  });
  const before = (await trainer.state()).weights;
  for (let step = 0; step < 3; step++) {
    await trainer.trainBatch(reversalBatch(step, Int32Array.of(1, 2, 1, 2)));
  }
  const after = (await trainer.state()).weights;
  trainer.dispose();
  model.dispose();
  return { before, after };
}

it.runIf(isNativeSetUp)('only the vectors of puzzles are trained on native TensorFlow, compiled or not', async () => {
  let recordings = 0;
  const compiled: Compile = (f) => compile(f, { onRecord: () => void recordings++ });
  const [eager, fast] = [await train(), await train(compiled)];
  expect(recordings).toBe(1);
  const table = 'puzzleEmbedding.weight';
  for (const { before, after } of [eager, fast]) {
    for (const [name, { data }] of before) {
      if (name === table) expect(after.get(name)!.data).not.toEqual(data);
      else expect(after.get(name)!.data, name).toEqual(data);
    }
  }
  const [expected, found] = [eager, fast].map(({ after }) => after.get(table)!.data as Float32Array);
  found!.forEach((value, i) => expect(Math.abs(value - expected![i]!)).toBeLessThan(1e-5));
});
