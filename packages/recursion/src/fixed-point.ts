import * as tf from '@tensorflow/tfjs-core';
import { expectOptions } from '@hrm/layers/internal';
import { chooseGradient, type FixedPointGradientChoice } from './gradients/choose-gradient';
import type { ParametricMap } from './gradients/fixed-point-gradient';
import {
  completeSolveOptions,
  SOLVE_OPTIONS,
  solveFixedPoint,
  type FixedPointSolution,
  type SolveFixedPointOptions,
} from './solvers/solve-fixed-point';

/** Options of {@link fixedPoint}: the search, and the gradient. */
export interface FixedPointOptions extends SolveFixedPointOptions {
  /**
   * How gradient flows through the fixed point. Default `'implicit'`, with the same search options as the forward pass.
   */
  gradient?: FixedPointGradientChoice;
}

/**
 * A differentiable fixed point: solves `z = f(z, ...inputs)` for z without gradient, then lets the estimator add the
 * gradient.
 *
 * @param f see {@link ParametricMap}.
 * @param start the initial guess, `[batch, n]`; no gradient flows to it.
 * @param inputs tensors that f depends on. Gradient flows to them, and to variables that f uses.
 * @returns `state`, the fixed point `[batch, n]` with gradient, and `solution`, the result of the search.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { registerGradients } from '@hrm/layers';
 * import { fixedPoint } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * registerGradients();
 * // z = cos(z) x, so dz/dx = cos(z) / (1 + x sin(z)), at x = 1 about 0.442.
 * const solve = (x: tf.Tensor) =>
 *   fixedPoint((z, x) => tf.mul(tf.cos(z), x), tf.zeros([1, 1]), [x], { tolerance: 1e-6 }).state;
 * tf.grad(solve)(tf.tensor2d([[1]])).print();
 * ```
 */
export function fixedPoint(
  f: ParametricMap,
  start: tf.Tensor2D,
  inputs: readonly tf.Tensor[] = [],
  { gradient = 'implicit', ...search }: FixedPointOptions = {},
): { state: tf.Tensor2D; solution: FixedPointSolution } {
  expectOptions('fixedPoint', search, [...SOLVE_OPTIONS, 'gradient']);
  completeSolveOptions('fixedPoint', search);
  const estimator = chooseGradient('fixedPoint', gradient, search);
  return tf.tidy(() => {
    const solution = solveFixedPoint((z) => f(z, ...inputs), start, search);
    return { state: estimator.attach(f, solution.state, inputs) as tf.Tensor2D, solution };
  });
}
