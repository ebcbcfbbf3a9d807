// A block of your own in place of `mixerBlock()` or `attentionBlock()`, made for Sudoku: each cell gets the means of
// its row, its column and its box, and a SwiGLU follows.
import * as tf from '@tensorflow/tfjs-core';
import { trainingBatches } from '@hrm/data';
import { buildSudokuDataset, generateSudokuPuzzles, sudokuAugmentation } from '@hrm/data-sudoku-maze';
import { Linear, mixerBlock, rmsNorm, SwiGLU, type BlockFactory } from '@hrm/layers';
import { hrm } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { adamAtan2, Trainer } from '@hrm/trainer';

const cells = Array.from({ length: 16 }, (_, cell) => ({ row: cell >> 2, column: cell & 3 }));
const boxOf = ({ row, column }: (typeof cells)[0]) => (row >> 1) * 2 + (column >> 1);
const groups = [(cell: (typeof cells)[0]) => cell.row, (cell: (typeof cells)[0]) => cell.column, boxOf];

const neighbourBlock: BlockFactory = ({ hiddenSize, random }) => {
  const means = groups.map((group) => cells.map((a) => cells.map((b) => (group(a) === group(b) ? 1 / 4 : 0))));
  const mixing = new Linear({ inputSize: 3 * hiddenSize, outputSize: hiddenSize, random });
  const feedForward = new SwiGLU({ hiddenSize, expansion: 4, random });
  return {
    parameters: { mixing, feedForward },
    apply: (hidden) =>
      tf.tidy(() => {
        const { shape } = hidden;
        const neighbours = means.map((mean) => tf.matMul(tf.broadcastTo(tf.tensor(mean), [shape[0], 16, 16]), hidden));
        const mixed = rmsNorm(tf.add(hidden, mixing.apply(tf.concat(neighbours, 2) as tf.Tensor3D)));
        return rmsNorm(tf.add(mixed, feedForward.apply(mixed as tf.Tensor3D))) as tf.Tensor3D;
      }),
  };
};

console.log((await selectBackend()).why);
const puzzles = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 500, givens: [8, 10] }));
for (const [name, block] of Object.entries({ mixer: mixerBlock(), neighbours: neighbourBlock })) {
  const sizes = { vocabSize: 6, seqLen: 16, hiddenSize: 32, hLayers: 1, lLayers: 1, positions: 'none' } as const;
  const model = hrm({ ...sizes, block });
  const trainer = new Trainer(model, { optimizer: adamAtan2({ learningRate: 2e-3, weightDecay: 0.1 }) });
  const batches = trainingBatches(puzzles, { batchSize: 16, augment: sudokuAugmentation(4) });
  const losses: number[] = [];
  for await (const { metrics } of trainer.train(batches, { maxSteps: 40 })) losses.push(metrics.tokenLoss!);
  console.log(`${name.padEnd(10)} loss ${losses[0]!.toFixed(2)} -> ${losses.at(-1)!.toFixed(2)}`);
  if (!(losses.at(-1)! < 0.8 * losses[0]!)) throw new Error(`${name} should learn`);
  trainer.dispose();
}
