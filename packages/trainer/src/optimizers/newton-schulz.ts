import * as tf from '@tensorflow/tfjs-core';

/** Coefficients of `a x + b x^3 + c x^5`, which moves singular values between 0 and 1 quickly to near 1. */
const [A, B, C] = [3.4445, -4.775, 2.0315];

/**
 * Moves all singular values of a matrix close to 1 (about 0.7 to 1.2 after five steps) and keeps its singular vectors.
 * It needs matrix products only: `X = G / |G|`, then `X <- a X + b (X X^T) X + c (X X^T)^2 X` at each step. Singular
 * values below a thousandth of the norm need more than five steps; zeros stay zeros.
 *
 * Source: Keller Jordan, "Muon: An optimizer for hidden layers in neural networks" (2024), with its coefficients.
 * The source computes in bfloat16, this function in float32.
 *
 * @param matrix `[rows, columns]`
 * @param steps Default 5.
 * @returns `[rows, columns]`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { orthogonalize } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * orthogonalize(tf.tensor2d([[3, 0], [0, 4]])).print(); // about 1 on the diagonal, 0 elsewhere
 * ```
 */
export function orthogonalize(matrix: tf.Tensor2D, steps = 5): tf.Tensor2D {
  return tf.tidy(() => {
    const [rows, columns] = matrix.shape;
    const isTall = rows > columns;
    const wide = isTall ? tf.transpose(matrix) : matrix;
    let x = tf.div<tf.Tensor2D>(wide, tf.add(tf.sqrt(tf.sum(tf.square(wide))), 1e-7));
    for (let step = 0; step < steps; step++) {
      // Transposed explicitly, not by a flag: WebAssembly multiplies flagged operands many times slower.
      const gram = tf.matMul(x, tf.transpose(x));
      const polynomial = tf.add(tf.mul(gram, B), tf.mul(tf.matMul(gram, gram), C));
      x = tf.add(tf.mul(x, A), tf.matMul(polynomial, x));
    }
    return isTall ? tf.transpose(x) : x;
  });
}
