import * as tf from '@tensorflow/tfjs-core';
import { expectOptions, expectPositiveShare } from '@hrm/layers/internal';
import type { FixedPointSolver } from './fixed-point-solver';

/** Options of {@link dampedIteration}. */
export interface DampedIterationOptions {
  /** Length of a step from the state to its image, over 0 and at most 1. Default 1: plain iteration. */
  damping?: number;
}

/**
 * Fixed-point iteration `z <- z + damping (f(z) - z)`. It converges if the Jacobian's spectral radius is below 1, by
 * that factor in each step (Banach). A damping below 1 helps with eigenvalues near -1 or with a large imaginary part.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { dampedIteration, solveFixedPoint } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const { state } = solveFixedPoint((z) => tf.cos(z), tf.tensor2d([[0]]), { solver: dampedIteration() });
 * state.print(); // [[0.739]]
 * ```
 */
export function dampedIteration(options: DampedIterationOptions = {}): FixedPointSolver {
  expectOptions('dampedIteration', options, ['damping']);
  const { damping = 1 } = options;
  expectPositiveShare('dampedIteration', { damping });
  return {
    name: 'damped-iteration',
    advance: (_, state, image) => ({
      next: damping === 1 ? image : tf.add(state, tf.mul(damping, tf.sub(image, state))),
      history: {},
    }),
  };
}
