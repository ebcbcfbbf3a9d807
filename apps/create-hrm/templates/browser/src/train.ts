// Trains a model of your own for the page and writes it into src/model.safetensors, which the page then takes.
// Run it: `npm run train`. A number sets the steps: `npm run train -- 500`.
import { writeFileSync } from 'node:fs';
import { buildDataset, evaluationBatches, generateExamples, trainingBatches } from '@hrm/data';
import { buildModel, saveModel } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { adamAtan2, evaluate, Trainer } from '@hrm/trainer';
import { difficulty, task } from './puzzle.ts';

const maxSteps = Number(process.argv[2] ?? 200);
console.log((await selectBackend()).why);

const learned = generateExamples(task, { ...difficulty, count: 1000 });
const unseen = generateExamples(task, { ...difficulty, count: 100, seed: 1, exclude: learned });

const model = buildModel({
  ...{ family: 'hrm', vocabSize: task.vocabSize, seqLen: task.seqLen, positions: 'none' },
  ...{ hiddenSize: 32, hLayers: 1, lLayers: 1 },
  block: { type: 'mixer' },
  schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 },
  halting: { type: 'halt-only', maxSegments: 8 },
});
const trainer = new Trainer(model, { optimizer: adamAtan2({ learningRate: 3e-3, weightDecay: 0.1 }) });
const batches = trainingBatches(buildDataset(learned, task), { batchSize: 32, augment: task.augment });
for await (const { step, metrics } of trainer.train(batches, { maxSteps })) {
  if (step === 1 || step % 25 === 0) console.log(`step ${step}: loss ${metrics.tokenLoss!.toFixed(3)}`);
}

const { accuracy, exactAccuracy } = await evaluate(
  model,
  evaluationBatches(buildDataset(unseen, task), { batchSize: 100 }),
);
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
console.log(
  `Of 100 unseen puzzles ${percent(exactAccuracy)} are solved; ${percent(accuracy)} of their cells are right`,
);
const bytes = await saveModel(model, { precision: 'float16' });
writeFileSync(new URL('model.safetensors', import.meta.url), bytes);
console.log(`src/model.safetensors: ${bytes.length} bytes. \`npm run dev\` shows it at work.`);
