import type { FixedPointGradient } from './fixed-point-gradient';

/**
 * The gradient of one more application of the function: it replaces the inverse of `I - J` in the exact gradient by
 * `I`. It is exact if the Jacobian is zero. This is HRM's gradient at a fixed point.
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
 * tf.grad(solve)(tf.tensor2d([[3]])).print(); // [[1]]; the exact gradient is 2
 * ```
 */
export function oneStep(): FixedPointGradient {
  return { name: 'one-step', recordable: true, attach: (f, solved, inputs) => f(solved, ...inputs) };
}
