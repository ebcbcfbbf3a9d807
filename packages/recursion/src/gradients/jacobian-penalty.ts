import * as tf from '@tensorflow/tfjs-core';
import type { RandomStream } from '@hrm/layers';
import type { FixedPointMap } from '../solvers/fixed-point-solver';
import { lengths } from '../solvers/residual-norm';

/** Step of the finite difference relative to the state's elements: about the best for float32. */
const DIFFERENCE = 1e-2;

/**
 * Estimates `|J|^2 / n` for each sample: the squared Frobenius norm of the Jacobian, divided by the state's size. By
 * Hutchinson, the mean of `|J v|^2` over random signs v is `|J|^2`. As a penalty in training it keeps fixed points easy
 * to find. `J v` is a central difference, so its gradient needs first derivatives only.
 *
 * Source: Bai, Koltun and Kolter, "Stabilizing equilibrium models by Jacobian regularization", ICML 2021.
 *
 * @param f see {@link FixedPointMap}; gradient flows to the tensors it uses.
 * @param state the point of J, `[batch, n]`, a constant.
 * @param signs v, `[batch, n]`, from {@link randomSigns}.
 * @returns `[batch]`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream } from '@hrm/layers';
 * import { jacobianPenalty, randomSigns } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const signs = tf.tensor2d(randomSigns(new RandomStream(0), 3), [1, 3]);
 * jacobianPenalty((z) => tf.mul(0.5, z), tf.ones([1, 3]), signs).print(); // [0.25]
 * ```
 */
export function jacobianPenalty(f: FixedPointMap, state: tf.Tensor2D, signs: tf.Tensor2D): tf.Tensor1D {
  const [, n] = state.shape;
  return tf.tidy(() => {
    const elementSize = tf.div(lengths(state), Math.sqrt(n));
    const difference = tf.expandDims(tf.mul(DIFFERENCE, tf.maximum(elementSize, DIFFERENCE)), 1);
    const step = tf.mul(difference, signs);
    const product = tf.div(tf.sub(f(tf.add(state, step)), f(tf.sub(state, step))), tf.mul(2, difference));
    return tf.mean(tf.square(product), 1);
  });
}

/**
 * Draws `count` random signs, each 1 or -1.
 *
 * @example
 * ```ts
 * import { RandomStream } from '@hrm/layers';
 * import { randomSigns } from '@hrm/recursion';
 *
 * console.log(randomSigns(new RandomStream(0), 6)); // six numbers, each 1 or -1
 * ```
 */
export function randomSigns(random: RandomStream, count: number): Float32Array {
  let bits = 0;
  return Float32Array.from({ length: count }, (_, i) => {
    bits = i % 32 === 0 ? random.bits() : bits >>> 1;
    return bits & 1 ? 1 : -1;
  });
}
