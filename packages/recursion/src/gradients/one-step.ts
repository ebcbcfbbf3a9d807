import type { FixedPointGradient } from './fixed-point-gradient';

/**
 * Applies the function once more, with gradient: the inverse of `I - J` in the true gradient is replaced by `I`. Exact where
 * the Jacobian is zero. The gradient of HRM, with the fixed point solved for in place of run towards.
 *
 * Source: HRM, section 2; Fung et al., "JFB: Jacobian-free backpropagation for implicit networks", AAAI 2022.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { registerGradients } from '@hrm/layers';
 * import { fixedPoint, oneStep } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * registerGradients();
 * const half = (z: tf.Tensor2D, x: tf.Tensor) => tf.add(tf.mul(0.5, z), x);
 * const solve = (x: tf.Tensor) => fixedPoint(half, tf.zeros([1, 1]), [x], { gradient: oneStep() }).state;
 * tf.grad(solve)(tf.tensor2d([[3]])).print(); // [[1]], where the true gradient is 2
 * ```
 */
export function oneStep(): FixedPointGradient {
  return { name: 'one-step', recordable: true, attach: (f, solved, inputs) => f(solved, ...inputs) };
}
