import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '@hrm/layers';
import { expectOptions, expectRandom, expectSizes } from '@hrm/layers/internal';
import { vectorJacobianProduct } from '../gradients/vector-jacobian-product';
import type { FixedPointMap } from '../solvers/fixed-point-solver';
import { lengths } from '../solvers/residual-norm';

/** Options of {@link spectralRadius}. */
export interface SpectralRadiusOptions {
  /** Number of products with the Jacobian, each a forward and a backward pass. Default 60. */
  iterations?: number;
  /** Draws the initial vector. Default a stream with seed 0. */
  random?: RandomStream;
}

/**
 * Estimates the spectral radius of a function's Jacobian for each sample: the largest absolute eigenvalue. Below 1,
 * plain iteration converges near that state. It uses power iteration on `J^T`, whose eigenvalues are those of `J`: the
 * mean growth of a random vector over the later half of the products, which also works for complex eigenvalues.
 * Accurate to a few percent.
 *
 * @param f see {@link FixedPointMap}.
 * @param state the point of J, `[batch, n]`.
 * @returns `[batch]`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { spectralRadius } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const turn = tf.tensor2d([[0, 0.9], [-0.9, 0]]);
 * spectralRadius((z) => tf.matMul(z, turn), tf.zeros([1, 2])).print(); // [0.9]
 * ```
 */
export function spectralRadius(f: FixedPointMap, state: tf.Tensor2D, options: SpectralRadiusOptions = {}): tf.Tensor1D {
  expectOptions('spectralRadius', options, ['iterations', 'random']);
  const { iterations = 60, random = new RandomStream(0) } = options;
  expectSizes('spectralRadius', { iterations }, 2);
  expectRandom('spectralRadius', random);
  return tf.tidy(() => {
    const start = Float32Array.from({ length: state.size }, () => random.normal());
    let vector = unit(tf.tensor2d(start, state.shape)).vector;
    const growth: tf.Tensor1D[] = [];
    for (let i = 0; i < iterations; i++) {
      const next = tf.tidy(() => unit(vectorJacobianProduct(f, state, vector)));
      vector.dispose();
      vector = next.vector;
      growth.push(next.length);
    }
    const later = tf.stack(growth.slice(Math.floor(iterations / 2)));
    return tf.exp(tf.mean<tf.Tensor1D>(tf.log(later), 0));
  });
}

/** The unit vector and the length of each sample; zero stays zero. */
function unit(x: tf.Tensor2D): { vector: tf.Tensor2D; length: tf.Tensor1D } {
  const length = lengths(x);
  return { vector: tf.div(x, tf.expandDims(tf.maximum(length, 1e-30), 1)), length };
}
