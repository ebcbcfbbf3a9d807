import * as tf from '@tensorflow/tfjs-core';
import { expectOptions, expectPositiveShare, expectSizes } from '@hrm/layers/internal';
import type { FixedPointSolver, FixedPointHistory } from './fixed-point-solver';
import { append, innerProducts, makeRoom, weightedSum } from './window';

/** Options of {@link broyden}. */
export interface BroydenOptions {
  /** Number of rank-1 updates to keep; 2 `memory` states are kept in memory. Default 10. */
  memory?: number;
  /** Length of a step, over 0 and at most 1. Default 1. */
  damping?: number;
}

/**
 * Broyden's second method on `f(z) - z = 0`: a quasi-Newton method. Its inverse Jacobian is `-I` plus the last `memory`
 * rank-1 updates; each update makes it exact for the step just made. The first step is plain iteration. (Broyden's
 * first method, which deep equilibrium models use, needs a line search if the Jacobian's spectral radius is near 1;
 * this one does not.)
 *
 * Source: Broyden, "A class of methods for solving nonlinear simultaneous equations", Math. Comp. 19 (1965), method 2.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { broyden, solveFixedPoint } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const { state } = solveFixedPoint((z) => tf.cos(z), tf.tensor2d([[0]]), { solver: broyden() });
 * state.print(); // [[0.739]]
 * ```
 */
export function broyden(options: BroydenOptions = {}): FixedPointSolver {
  expectOptions('broyden', options, ['memory', 'damping']);
  const { memory = 10, damping = 1 } = options;
  expectSizes('broyden', { memory });
  expectPositiveShare('broyden', { damping });
  return {
    name: 'broyden',
    advance(history, state, image) {
      const residual: tf.Tensor2D = tf.sub(image, state);
      const { lastState, lastResidual } = history;
      const remembered: FixedPointHistory = { lastState: state, lastResidual: residual };
      if (!lastState || !lastResidual) {
        return { next: tf.add<tf.Tensor2D>(state, tf.mul(damping, residual)), history: remembered };
      }
      // The oldest update is dropped first, because the new one must make the rest exact for the step just made.
      const kept = dropOldest(history, memory);
      const updates = rankOneUpdate(kept, tf.sub(state, lastState), tf.sub(residual, lastResidual));
      const step = timesInverse(updates, residual);
      return { next: tf.sub<tf.Tensor2D>(state, tf.mul(damping, step)), history: { ...remembered, ...updates } };
    },
  };
}

/**
 * The inverse Jacobian `-I + sum of column row^T` times a vector `[batch, n]`; without columns and rows, `-I` alone.
 */
function timesInverse({ columns, rows }: FixedPointHistory, vector: tf.Tensor2D): tf.Tensor2D {
  if (!columns || !rows) return tf.neg(vector);
  return tf.sub(weightedSum(innerProducts(rows, vector), columns), vector);
}

/** Drops the oldest updates, so that with one more there are at most `memory`. */
function dropOldest({ columns, rows }: FixedPointHistory, memory: number): FixedPointHistory {
  if (!columns || !rows || memory === 1) return {};
  return { columns: makeRoom(columns, memory), rows: makeRoom(rows, memory) };
}

/** The smallest change of the inverse Jacobian that maps the residual's change to the state's change. */
function rankOneUpdate(inverse: FixedPointHistory, stateStep: tf.Tensor2D, residualStep: tf.Tensor2D) {
  const error = tf.sub(stateStep, timesInverse(inverse, residualStep));
  // A sample that has stopped has steps of length 0, so its update is 0 too.
  const length = tf.maximum(tf.norm(residualStep, 2, 1, true), 1e-30);
  return {
    columns: append(inverse.columns, tf.div(error, length)),
    rows: append(inverse.rows, tf.div(residualStep, length)),
  };
}
