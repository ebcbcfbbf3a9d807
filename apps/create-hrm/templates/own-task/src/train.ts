// Trains a model on the task, tests it on words that it has not seen, and saves it as model.safetensors.
// Run it: `npm run train`. A number sets the steps: `npm run train -- 400`.
import { writeFileSync } from 'node:fs';
import { buildDataset, evaluationBatches, generateExamples, trainingBatches } from '@hrm/data';
import { buildModel, saveModel } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { adamAtan2, evaluate, Trainer } from '@hrm/trainer';
import { reversal as task } from './reversal.ts';

const maxSteps = Number(process.argv[2] ?? 150);
console.log((await selectBackend()).why);

const learned = generateExamples(task, { count: 700 });
const unseen = generateExamples(task, { count: 200, seed: 1, exclude: learned });

const model = buildModel({
  ...{ family: 'hrm', vocabSize: task.vocabSize, seqLen: task.seqLen, positions: 'learned' },
  ...{ hiddenSize: 48, hLayers: 1, lLayers: 1 },
  block: { type: 'attention', heads: 4 },
  schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
  halting: { type: 'q-learning', maxSegments: 4 },
});
const trainer = new Trainer(model, { optimizer: adamAtan2({ learningRate: 3e-3, weightDecay: 0.01 }) });
const batches = trainingBatches(buildDataset(learned, task), { batchSize: 64 });
for await (const { step, metrics } of trainer.train(batches, { maxSteps })) {
  if (step === 1 || step % 25 === 0) console.log(`step ${step}: loss ${metrics.tokenLoss!.toFixed(3)}`);
}

const tests = evaluationBatches(buildDataset(unseen, task), { batchSize: 200 });
const { accuracy } = await evaluate(model, tests);
console.log(`${(100 * accuracy).toFixed(1)}% of the letters of 200 unseen words are right`);
writeFileSync('model.safetensors', await saveModel(model));
console.log('Saved as model.safetensors. Try it: npm run solve -- abbcd');
