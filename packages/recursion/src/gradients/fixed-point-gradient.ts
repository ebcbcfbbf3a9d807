import type * as tf from '@tensorflow/tfjs-core';

/**
 * A function from states `[batch, n]` to states that also takes inputs, and may use variables. It must be
 * differentiable. Each row of the result must depend only on the same row of the state.
 */
export type ParametricMap = (state: tf.Tensor2D, ...inputs: tf.Tensor[]) => tf.Tensor;

/** How gradient flows through a fixed point. You can pass an object of your own. */
export interface FixedPointGradient {
  readonly name: string;
  /** Whether a step with it can be recorded: it must not read the values of tensors. */
  readonly recordable: boolean;
  /**
   * Returns the fixed point with gradient by inputs and variables.
   *
   * @param f the function.
   * @param solved the fixed point `[batch, n]`, without gradient.
   * @param inputs the function's other arguments.
   */
  attach(f: ParametricMap, solved: tf.Tensor2D, inputs: readonly tf.Tensor[]): tf.Tensor;
}
