// Trains two models on 4x4 Sudoku that differ in their block alone: ours, and the mixer of TRM.
// Run it: `npm run train`. A number sets the steps: `npm run train -- 200`.
import { evaluationBatches, trainingBatches } from '@hrm/data';
import { buildSudokuDataset, generateSudokuPuzzles, sudokuAugmentation } from '@hrm/data-sudoku-maze';
import { mixerBlock } from '@hrm/layers';
import { hrm } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { adamAtan2, evaluate, Trainer } from '@hrm/trainer';
import { neighbourBlock } from './neighbour-block.ts';

const maxSteps = Number(process.argv[2] ?? 60);
console.log((await selectBackend()).why);

const questions = { size: 4, givens: [8, 10] } as const;
const learned = generateSudokuPuzzles({ ...questions, count: 500 });
const unseen = generateSudokuPuzzles({ ...questions, count: 100, seed: 1, exclude: learned });

for (const [name, block] of Object.entries({ mixerBlock: mixerBlock(), neighbourBlock })) {
  const model = hrm({
    ...{ vocabSize: 6, seqLen: 16, hiddenSize: 32, hLayers: 1, lLayers: 1, positions: 'none' },
    block,
  });
  const trainer = new Trainer(model, { optimizer: adamAtan2({ learningRate: 2e-3, weightDecay: 0.1 }) });
  const batches = trainingBatches(buildSudokuDataset(learned), { batchSize: 16, augment: sudokuAugmentation(4) });
  for await (const { step, metrics } of trainer.train(batches, { maxSteps })) {
    if (step === 1 || step % 20 === 0) console.log(`${name} step ${step}: loss ${metrics.tokenLoss!.toFixed(2)}`);
  }
  const { accuracy } = await evaluate(model, evaluationBatches(buildSudokuDataset(unseen), { batchSize: 100 }));
  console.log(`${name}: ${(100 * accuracy).toFixed(1)}% of the cells of 100 unseen puzzles are right\n`);
  trainer.dispose();
}
