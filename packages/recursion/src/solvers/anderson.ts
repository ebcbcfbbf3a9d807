import * as tf from '@tensorflow/tfjs-core';
import { expectNotNegative, expectOptions, expectPositiveShare, expectSizes } from '@hrm/layers/internal';
import type { FixedPointSolver, FixedPointHistory } from './fixed-point-solver';
import { solveLinearSystems } from './solve-linear-systems';
import { appendToWindow, innerProducts, weightedSum } from './window';

/** Options of {@link anderson}. */
export interface AndersonOptions {
  /** Number of past steps to combine; 2 `window` states are kept in memory. Default 5. */
  window?: number;
  /** Added to the diagonal of the least-squares system, whose diagonal is scaled to 1. Default 1e-6. */
  ridge?: number;
  /** Length of a step along the combined residual, over 0 and at most 1. Default 1. */
  damping?: number;
}

/**
 * Anderson acceleration: finds the combination of the last `window` steps that would have the least residual if f were
 * linear, and continues from there. It often needs several times fewer steps than plain iteration, and it also
 * converges for some functions on which plain iteration does not. If the least-squares system of a sample is singular,
 * that sample makes a step of damped iteration.
 *
 * Source: Anderson, "Iterative procedures for nonlinear integral equations", J. ACM 12 (1965); in the form of Walker
 * and Ni, "Anderson acceleration for fixed-point iterations", SIAM J. Numer. Anal. 49 (2011).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { anderson, solveFixedPoint } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const { state, steps } = solveFixedPoint((z) => tf.cos(z), tf.tensor2d([[0]]), { solver: anderson({ window: 3 }) });
 * state.print(); // [[0.739]]
 * steps.print();
 * ```
 */
export function anderson(options: AndersonOptions = {}): FixedPointSolver {
  expectOptions('anderson', options, ['window', 'ridge', 'damping']);
  const { window = 5, ridge = 1e-6, damping = 1 } = options;
  expectSizes('anderson', { window });
  expectNotNegative('anderson', { ridge });
  expectPositiveShare('anderson', { damping });
  return {
    name: 'anderson',
    advance(history, state, image) {
      const residual: tf.Tensor2D = tf.sub(image, state);
      const damped: tf.Tensor2D = tf.add(state, tf.mul(damping, residual));
      const { lastState, lastResidual } = history;
      const remembered: FixedPointHistory = { lastState: state, lastResidual: residual };
      if (!lastState || !lastResidual) return { next: damped, history: remembered };

      const stateSteps = appendToWindow(history.stateSteps, tf.sub(state, lastState), window);
      const residualSteps = appendToWindow(history.residualSteps, tf.sub(residual, lastResidual), window);
      const { weights, singular } = leastSquares(residualSteps, residual, ridge);
      const moved = tf.add(weightedSum(weights, stateSteps), tf.mul(damping, weightedSum(weights, residualSteps)));
      return {
        next: tf.where(tf.expandDims(singular, 1), damped, tf.sub<tf.Tensor2D>(damped, moved)),
        history: { ...remembered, stateSteps, residualSteps },
      };
    },
  };
}

/** The weights `[batch, rows]` with which the rows of a window best approximate the target `[batch, n]`. */
function leastSquares(rows: tf.Tensor, target: tf.Tensor2D, ridge: number) {
  const count = rows.shape[1]!;
  // Scaled to length 1, so that float32 can solve the system even if the steps' lengths differ a lot.
  const lengths = tf.maximum(tf.sqrt(tf.sum(tf.square(rows), 2, true)), 1e-30);
  const directions = tf.div<tf.Tensor3D>(rows, lengths);
  const gram = tf.matMul(directions, directions, false, true);
  const { solutions, singular } = solveLinearSystems(
    tf.add(gram, tf.mul(ridge, tf.eye(count))),
    innerProducts(directions, target),
  );
  return { weights: tf.div<tf.Tensor2D>(solutions, tf.squeeze(lengths, [2])), singular };
}
