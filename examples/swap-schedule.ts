// Another recursion schedule is one argument. The same model learns 4x4 Sudoku with the schedule of HRM, the schedule
// of TRM, backpropagation through the whole segment, and a schedule written here.
import * as tf from '@tensorflow/tfjs-core';
import { trainingBatches } from '@hrm/data';
import { buildSudokuDataset, generateSudokuPuzzles, sudokuAugmentation } from '@hrm/data-sudoku-maze';
import { mixerBlock, withoutGradient } from '@hrm/layers';
import { hrm } from '@hrm/models';
import { fullRecursion, oneStepGradient, unrolled, type RecursionSchedule } from '@hrm/recursion';
import { selectBackend } from '@hrm/runtime';
import { adamAtan2, Trainer } from '@hrm/trainer';

/** Alternates f_L and f_H, three times each. The last pair carries gradient. */
const takeTurns: RecursionSchedule = {
  name: 'take-turns',
  refine: (core, latents, x) =>
    tf.tidy(() => {
      const near = withoutGradient(() => core.fH(core.fL(core.fH(core.fL(latents, x)), x)));
      return { latents: core.fH(core.fL(near, x)) };
    }),
};

console.log((await selectBackend()).why);
const puzzles = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 500, givens: [8, 10] }));
const cycles = { hCycles: 2, lCycles: 2 };
const schedules = [oneStepGradient(cycles), fullRecursion(cycles), unrolled(cycles), takeTurns];
for (const schedule of schedules) {
  const model = hrm({
    vocabSize: 6,
    seqLen: 16,
    hiddenSize: 32,
    hLayers: 1,
    lLayers: 1,
    positions: 'none',
    block: mixerBlock(),
    schedule,
  });
  const trainer = new Trainer(model, { optimizer: adamAtan2({ learningRate: 2e-3, weightDecay: 0.1 }) });
  const losses: number[] = [];
  const started = performance.now();
  const batches = trainingBatches(puzzles, { batchSize: 16, augment: sudokuAugmentation(4) });
  for await (const { metrics } of trainer.train(batches, { maxSteps: 20 })) losses.push(metrics.tokenLoss!);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${schedule.name.padEnd(18)} loss ${losses[0]!.toFixed(2)} -> ${losses.at(-1)!.toFixed(2)} in ${seconds} s`,
  );
  if (!(losses.at(-1)! < 0.9 * losses[0]!)) throw new Error(`${schedule.name} should learn`);
  trainer.dispose();
  model.dispose();
}
