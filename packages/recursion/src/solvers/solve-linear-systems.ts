import * as tf from '@tensorflow/tfjs-core';

/** Smaller pivots are rounding errors, if the largest diagonal element is 1. */
const SMALLEST_PIVOT = 1e-7;

/**
 * Solves a batch of small symmetric positive semidefinite systems by Gauss-Jordan elimination, without reading values.
 * Such systems need no pivoting. Scale them so that the diagonal is about 1.
 *
 * @param matrices `[batch, n, n]`
 * @param rightSides `[batch, n]`
 * @returns the solutions, `[batch, n]`, and which systems are singular, `[batch]`. The solution of a singular system
 *   has no meaning, but is finite if the system is.
 */
export function solveLinearSystems(
  matrices: tf.Tensor3D,
  rightSides: tf.Tensor2D,
): { solutions: tf.Tensor2D; singular: tf.Tensor1D } {
  const [batch, n] = rightSides.shape;
  return tf.tidy(() => {
    let augmented = tf.concat([matrices, tf.expandDims(rightSides, 2)], 2);
    let singular = tf.zeros([batch, 1, 1], 'bool');
    for (let k = 0; k < n; k++) {
      const row = tf.slice(augmented, [0, k, 0], [batch, 1, n + 1]);
      const column = tf.slice(augmented, [0, 0, k], [batch, n, 1]);
      const pivot = tf.slice(row, [0, 0, k], [batch, 1, 1]);
      const sound = tf.greater(pivot, SMALLEST_PIVOT);
      singular = tf.logicalOr(singular, tf.logicalNot(sound));
      const unitRow = tf.div(row, tf.where(sound, pivot, tf.onesLike(pivot)));
      const unitColumn = tf.tensor1d(Array.from({ length: n }, (_, i) => (i === k ? 1 : 0)));
      augmented = tf.sub(augmented, tf.mul(tf.sub(column, tf.reshape(unitColumn, [1, n, 1])), unitRow));
    }
    return {
      solutions: tf.reshape(tf.slice(augmented, [0, 0, n], [batch, n, 1]), [batch, n]),
      singular: tf.reshape(singular, [batch]),
    };
  });
}
