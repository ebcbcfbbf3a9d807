// Trains the model that the page and other examples load. Run it from the root of the repository, in about ten
// seconds on native TensorFlow: `node scripts/run-example.mjs browser-inference/train`.
import { writeFileSync } from 'node:fs';
import { evaluationBatches, trainingBatches } from '@hrm/data';
import { buildSudokuDataset, generateSudokuPuzzles, sudokuAugmentation } from '@hrm/data-sudoku-maze';
import { buildModel, saveModel, type ModelConfig } from '@hrm/models';
import { compile, selectBackend } from '@hrm/runtime';
import { adamAtan2, evaluate, Trainer, warmupCosine } from '@hrm/trainer';

const maxSteps = Number(process.argv[2] ?? 400);
const file = process.argv[3] ?? 'examples/browser-inference/solver-4x4.safetensors';
console.log((await selectBackend()).why);
const config: ModelConfig = {
  family: 'hrm',
  vocabSize: 6,
  seqLen: 16,
  hiddenSize: 32,
  hLayers: 1,
  lLayers: 1,
  block: { type: 'mixer' },
  schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 },
  halting: { type: 'halt-only', maxSegments: 8 },
  positions: 'none',
};
const model = buildModel(config);
const questions = { size: 4, givens: [4, 7] } as const;
const learned = generateSudokuPuzzles({ ...questions, count: 2000 });
const heldOut = generateSudokuPuzzles({ ...questions, count: 200, seed: 1, exclude: learned });
const trainer = new Trainer(model, {
  optimizer: adamAtan2({
    learningRate: warmupCosine({ learningRate: 2e-3, warmupSteps: 50, totalSteps: maxSteps, minRatio: 0.1 }),
    weightDecay: 0.1,
  }),
  emaDecay: 0.98,
  compile,
});
const batches = trainingBatches(buildSudokuDataset(learned), { batchSize: 64, augment: sudokuAugmentation(4) });
for await (const { step, metrics } of trainer.train(batches, { maxSteps })) {
  if (step % 100 === 0) console.log(step, metrics);
}
await trainer.withAveragedWeights(async () => {
  const batches = evaluationBatches(buildSudokuDataset(heldOut), { batchSize: 200 });
  const { totals: _, ...heldOutHalting } = await evaluate(model, batches, { until: 'halted' });
  console.log('held out, halting:', heldOutHalting);
  // Half precision is precise enough, and half the bytes. The config travels with the weights.
  const bytes = await saveModel(model, { precision: 'float16' });
  writeFileSync(file, bytes);
  console.log(`${file}: ${bytes.length} bytes`);
});
