import * as tf from '@tensorflow/tfjs-core';
import { matMul } from '@hrm/layers';
import { expectNotNegative, expectOptions } from '@hrm/layers/internal';
import { asLearningRate, type LearningRate } from './learning-rate';

/** Updates the rows of an embedding table that a batch used. */
export interface RowOptimizer {
  learningRate: LearningRate;
  /** @returns the new table. */
  update(step: {
    /** `[rows, size]` */
    table: tf.Tensor2D;
    /** Which rows the batch used, `[batch]`, int32; may repeat. */
    identifiers: tf.Tensor1D;
    /** The values of these rows, `[batch, size]`. */
    rows: tf.Tensor2D;
    /** Gradients by these values, `[batch, size]`. */
    gradients: tf.Tensor2D;
    /** The learning rate of this step, a scalar. */
    learningRate: tf.Tensor;
  }): tf.Tensor2D;
}

/** Options of {@link signSgd}. */
export interface SignSgdOptions {
  /** A number, or a schedule. */
  learningRate: number | LearningRate;
  /** Decoupled: each step also takes `learningRate * weightDecay` of a used row away. Default 0. */
  weightDecay?: number;
}

/** Copies the table on the JavaScript backend, whose scatter overwrites its input. */
const unshared = (table: tf.Tensor2D) => (tf.getBackend() === 'cpu' ? tf.mul<tf.Tensor2D>(table, 1) : table);

/**
 * Moves each row that the batch used by the learning rate, against the sign of its gradient. Gradients of equal
 * identifiers are summed first. Rows that the batch did not use do not change or decay.
 *
 * Source: official HRM, `models/sparse_embedding.py`, `_sparse_emb_signsgd_dist`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { signSgd } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const table: tf.Tensor2D = tf.zeros([3, 1]);
 * const identifiers = tf.tensor1d([1, 1], 'int32');
 * const next = signSgd({ learningRate: 0.1 }).update({
 *   table, identifiers, rows: tf.zeros([2, 1]), gradients: tf.tensor2d([[3], [-1]]), learningRate: tf.scalar(0.1),
 * });
 * next.print(); // [[0], [-0.1], [0]]
 * ```
 */
export function signSgd(options: SignSgdOptions): RowOptimizer {
  expectOptions('signSgd', options, ['learningRate', 'weightDecay']);
  const { learningRate, weightDecay = 0 } = options;
  expectNotNegative('signSgd', { weightDecay });
  return {
    learningRate: asLearningRate('signSgd', learningRate),
    update: ({ table, identifiers, rows, gradients, learningRate: rate }) =>
      tf.tidy(() => {
        // same[i, j] is 1 where slots i and j hold the same puzzle: its product with the gradients sums them.
        const same = tf.cast(tf.equal(tf.expandDims(identifiers, 1), tf.expandDims(identifiers, 0)), 'float32');
        const summed = matMul(same, gradients);
        const decayed = tf.mul(rows, tf.sub(1, tf.mul(rate, weightDecay)));
        const moved = tf.sub(decayed, tf.mul(rate, tf.sign(summed)));
        // Slots with the same puzzle all write the same row, so their order does not matter.
        return tf.tensorScatterUpdate(unshared(table), tf.expandDims(identifiers, 1), moved);
      }),
  };
}
