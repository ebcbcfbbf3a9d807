import type * as tf from '@tensorflow/tfjs-core';

/** A function from states `[batch, n]` to states. Each row of the result depends only on the same row of the state. */
export type FixedPointMap = (state: tf.Tensor2D) => tf.Tensor;

/** A solver's memory between iterations; empty before the first. */
export type FixedPointHistory = { [name: string]: tf.Tensor };

/**
 * Makes the next guess at a fixed point. `solveFixedPoint` does the rest: it evaluates the function, measures
 * residuals, keeps the best guess and decides when to stop. You can pass an object of your own.
 */
export interface FixedPointSolver {
  readonly name: string;
  /**
   * Makes the next guess. It runs without gradient inside a `tf.tidy`. It must not read the values of tensors, and must
   * treat every row by itself.
   *
   * @param history the history that the last call returned.
   * @param state the current guess, `[batch, n]`.
   * @param image the value of the function at the guess, `[batch, n]`.
   */
  advance(
    history: FixedPointHistory,
    state: tf.Tensor2D,
    image: tf.Tensor2D,
  ): { next: tf.Tensor2D; history: FixedPointHistory };
}
