// Puts all packages to use: trains one step on the backend that is named. Ends with one line of JSON.
import * as tf from '@tensorflow/tfjs-core';
import { mixerBlock } from '@hrm/layers';
import { oneStepGradient } from '@hrm/recursion';
import { qLearningHalting } from '@hrm/act';
import { hrm } from '@hrm/models';
import { adamAtan2, Trainer } from '@hrm/trainer';
import { trainingBatches } from '@hrm/data';
import { generateSudokuPuzzles, buildSudokuDataset } from '@hrm/data-sudoku-maze';
import { compile, selectBackend } from '@hrm/runtime';
import * as datasetFiles from '@hrm/data/files';
import * as checkpoints from '@hrm/trainer/checkpoint';

const { name } = await selectBackend({ prefer: process.argv[2] });
const model = hrm({
  vocabSize: 6,
  seqLen: 16,
  hiddenSize: 16,
  hLayers: 1,
  lLayers: 1,
  block: mixerBlock(),
  schedule: oneStepGradient({ hCycles: 2, lCycles: 2 }),
  halting: qLearningHalting({ maxSegments: 4 }),
});
const optimizer = adamAtan2({ learningRate: 1e-3, weightDecay: 0.1 });
const trainer = new Trainer(model, { optimizer, emaDecay: 0.9, compile });
const before = await trainer.state();
const dataset = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 4, givens: 8, seed: 0 }));
const [batch] = trainingBatches(dataset, { batchSize: 4, seed: 0 });
const { step, metrics } = await trainer.trainBatch(batch);
const after = await trainer.state();
const changed = [...after.weights].filter(([name, { data }]) =>
  data.some((x, i) => x !== before.weights.get(name).data[i]),
);
console.log(
  JSON.stringify({
    backend: name,
    using: tf.getBackend(),
    step,
    loss: metrics.tokenLoss,
    changed: changed.length,
    entries: [Object.keys(datasetFiles).length, Object.keys(checkpoints).length],
  }),
);
