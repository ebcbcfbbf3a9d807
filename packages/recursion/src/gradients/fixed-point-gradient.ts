import type * as tf from '@tensorflow/tfjs-core';

/**
 * A function from states `[batch, n]` to states, that also depends on inputs (and may depend on variables). It must be
 * differentiable, and each row of the result depend on the same row of the state alone.
 */
export type ParametricMap = (state: tf.Tensor2D, ...inputs: tf.Tensor[]) => tf.Tensor;

/** How gradient flows through a fixed point. Any object of this shape will do. */
export interface FixedPointGradient {
  readonly name: string;
  /** Whether it reads no values of tensors, so that a step with it can be recorded. */
  readonly recordable: boolean;
  /**
   * The fixed point once more, now with gradient with respect to inputs and variables.
   *
   * @param f the function.
   * @param solved its fixed point `[batch, n]`, without gradient.
   * @param inputs the function's other arguments.
   */
  attach(f: ParametricMap, solved: tf.Tensor2D, inputs: readonly tf.Tensor[]): tf.Tensor;
}
