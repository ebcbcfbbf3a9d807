import type * as tf from '@tensorflow/tfjs-core';

/** A function from states `[batch, n]` to states; each row of the result depends on the same row of the state alone. */
export type FixedPointMap = (state: tf.Tensor2D) => tf.Tensor;

/** What a solver remembers from one iteration to the next; empty before the first. */
export type FixedPointHistory = { [name: string]: tf.Tensor };

/**
 * How the next guess at a fixed point is made. `solveFixedPoint` does the rest: evaluates the function, measures
 * residuals, keeps the best guess and decides when to stop. So any object of this shape is a solver.
 */
export interface FixedPointSolver {
  readonly name: string;
  /**
   * Makes the next guess. Runs without gradient inside a `tf.tidy`, must not read the values of tensors, and must treat
   * every row by itself.
   *
   * @param history what the last call returned.
   * @param state the present guess, `[batch, n]`.
   * @param image what the function makes of it, `[batch, n]`.
   */
  advance(
    history: FixedPointHistory,
    state: tf.Tensor2D,
    image: tf.Tensor2D,
  ): { next: tf.Tensor2D; history: FixedPointHistory };
}
