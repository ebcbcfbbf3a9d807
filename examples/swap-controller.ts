// A halting controller of your own: a puzzle halts when the model has been sure of its answer twice in a row. As in
// TRM, a head learns to be sure from whether the answer was right.
import * as tf from '@tensorflow/tfjs-core';
import { binaryCrossEntropy, type HaltingFactory } from '@hrm/act';
import { trainingBatches } from '@hrm/data';
import { buildSudokuDataset, generateSudokuPuzzles, sudokuAugmentation } from '@hrm/data-sudoku-maze';
import { Linear, mixerBlock, withoutGradient } from '@hrm/layers';
import { hrm } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { adamAtan2, Trainer } from '@hrm/trainer';

const sureTwice =
  (maxSegments: number): HaltingFactory =>
  ({ hiddenSize, random }) => {
    const head = new Linear({ inputSize: hiddenSize, outputSize: 1, bias: true, random });
    return {
      name: 'sure-twice',
      maxSegments,
      parameters: { head },
      initialState: (batchSize) => ({ wasSure: tf.zeros([batchSize]) }),
      logits: (zH) => tf.tidy(() => ({ sure: tf.squeeze(head.apply(tf.mean(zH, 1) as tf.Tensor2D), [1]) })),
      decide: ({ logits, steps, state }) =>
        withoutGradient(() => {
          const isSure = tf.cast(tf.greater(logits.sure!, 0), 'float32');
          const twice = tf.greater(tf.mul(isSure, state.wasSure!), 0);
          const halted = tf.logicalOr(twice, tf.greaterEqual(steps, maxSegments)) as tf.Tensor1D;
          return { halted, state: { wasSure: isSure } };
        }),
      losses: ({ logits, tokenLoss, correct }) => {
        const doubtLoss = binaryCrossEntropy(logits.sure as tf.Tensor1D, correct);
        return {
          total: tf.add(tokenLoss, tf.mul(0.5, doubtLoss)),
          metrics: { doubtLoss: { values: doubtLoss, dividedBy: 'batch' } },
        };
      },
    };
  };

console.log((await selectBackend()).why);
const sizes = { vocabSize: 6, seqLen: 16, hiddenSize: 32, hLayers: 1, lLayers: 1, positions: 'none' } as const;
const model = hrm({ ...sizes, block: mixerBlock(), halting: sureTwice(6) });
const trainer = new Trainer(model, { optimizer: adamAtan2({ learningRate: 3e-3, weightDecay: 0.1 }) });
const puzzles = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 500, givens: [12, 13] }));
const batches = trainingBatches(puzzles, { batchSize: 16, augment: sudokuAugmentation(4) });
const total = [0, 0, 0, 0, 0, 0];
for await (const { step, metrics, haltingSteps } of trainer.train(batches, { maxSteps: 100 })) {
  haltingSteps.forEach((count, i) => (total[i]! += step > 60 ? count : 0));
  if (step % 20 === 0)
    console.log(step, `loss ${metrics.tokenLoss!.toFixed(3)}, doubt ${metrics.doubtLoss!.toFixed(3)}`);
}
console.log(`After step 60 puzzles halted after 1, 2, ... segments: ${total.join(', ')}`);
if (total[0] !== 0) throw new Error('no puzzle can halt in its first segment');
if (!(total.slice(1, 5).reduce((sum, count) => sum + count) > 0)) throw new Error('some puzzles should halt early');
