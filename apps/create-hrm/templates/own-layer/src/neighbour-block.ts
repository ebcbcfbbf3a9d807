import * as tf from '@tensorflow/tfjs-core';
import { Linear, rmsNorm, SwiGLU, type BlockFactory } from '@hrm/layers';

const cells = Array.from({ length: 16 }, (_, cell) => ({ row: cell >> 2, column: cell & 3 }));
type Cell = (typeof cells)[number];

/** The three groups that each cell of a 4x4 Sudoku belongs to. Each has four cells. */
const groups: ((cell: Cell) => number)[] = [
  ({ row }) => row,
  ({ column }) => column,
  ({ row, column }) => (row >> 1) * 2 + (column >> 1), // the box
];

/** For each group a 16x16 matrix. A product with it replaces each cell by the mean of its group. */
const means = groups.map((group) => cells.map((a) => cells.map((b) => (group(a) === group(b) ? 1 / 4 : 0))));

/**
 * A block that knows the rules of Sudoku: each cell sees the means of its row, its column and its box. Then a
 * feed-forward layer works on each cell alone.
 *
 * `parameters` names what is trained and saved. `random` draws the first weights, so that equal seeds give equal models.
 * `apply` maps `[batch, 16, hiddenSize]` to the same shape. `tf.tidy` frees what it computes on the way.
 */
export const neighbourBlock: BlockFactory = ({ hiddenSize, random }) => {
  const mixing = new Linear({ inputSize: 3 * hiddenSize, outputSize: hiddenSize, random });
  const feedForward = new SwiGLU({ hiddenSize, expansion: 4, random });
  return {
    parameters: { mixing, feedForward },
    apply: (hidden) =>
      tf.tidy(() => {
        const batchSize = hidden.shape[0];
        const seen = means.map((mean) => tf.matMul(tf.broadcastTo(tf.tensor(mean), [batchSize, 16, 16]), hidden));
        const mixed = rmsNorm(tf.add(hidden, mixing.apply(tf.concat(seen, 2) as tf.Tensor3D)) as tf.Tensor3D);
        return rmsNorm(tf.add(mixed, feedForward.apply(mixed)) as tf.Tensor3D);
      }),
  };
};
