// Trains a model on 4x4 Sudoku with our controller, and shows when puzzles halt.
// Run it: `npm run train`. A number sets the steps: `npm run train -- 300`.
import { trainingBatches } from '@hrm/data';
import { buildSudokuDataset, generateSudokuPuzzles, sudokuAugmentation, sudokuTask } from '@hrm/data-sudoku-maze';
import { mixerBlock } from '@hrm/layers';
import { hrm } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { adamAtan2, Trainer } from '@hrm/trainer';
import { sureTwice } from './sure-twice.ts';

const maxSteps = Number(process.argv[2] ?? 120);
console.log((await selectBackend()).why);

const questions = { size: 4, givens: [8, 12] } as const;
const learned = generateSudokuPuzzles({ ...questions, count: 500 });
const unseen = generateSudokuPuzzles({ ...questions, count: 5, seed: 1, exclude: learned });

const model = hrm({
  ...{ vocabSize: 6, seqLen: 16, hiddenSize: 32, hLayers: 1, lLayers: 1, positions: 'none' },
  block: mixerBlock(),
  halting: sureTwice({ maxSegments: 6 }),
});
const trainer = new Trainer(model, { optimizer: adamAtan2({ learningRate: 3e-3, weightDecay: 0.1 }) });
const batches = trainingBatches(buildSudokuDataset(learned), { batchSize: 16, augment: sudokuAugmentation(4) });

let halted = [0, 0, 0, 0, 0, 0]; // puzzles that halted after 1, 2, ... segments, since the last line
for await (const { step, metrics, haltingSteps } of trainer.train(batches, { maxSteps })) {
  halted = halted.map((count, i) => count + haltingSteps[i]!);
  if (step % 20 !== 0) continue;
  const losses = `loss ${metrics.tokenLoss!.toFixed(2)}, doubt ${metrics.doubtLoss!.toFixed(2)}`;
  console.log(`step ${step}: ${losses}, halted after 1, 2, ... segments: ${halted.join(' ')}`);
  halted = halted.map(() => 0);
}

const task = sudokuTask({ size: 4 });
for (const { question } of unseen) {
  const input = task.encode(question.join(''));
  const { answer, segments } = await model.solve(input, { until: 'halted' });
  const { valid } = task.verify!(input, answer);
  console.log(`an unseen puzzle: halted after ${segments} segments, ${valid ? 'right' : 'wrong'}`);
}
