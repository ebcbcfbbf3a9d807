import * as tf from '@tensorflow/tfjs-core';
import { expectOptions, expectPositiveShare, expectSizes } from '@hrm/layers/internal';
import { MOST_APPLICATIONS } from '../schedules/most-applications';
import type { FixedPointGradient } from './fixed-point-gradient';

/** Options of {@link phantom}. */
export interface PhantomOptions {
  /** Number of damped steps with gradient. Default 5. */
  steps?: number;
  /** Length of each step, over 0 and at most 1. Default 0.5. */
  damping?: number;
}

/**
 * The gradient of `steps` damped steps from the fixed point: it replaces the inverse of `I - J` in the exact gradient
 * by the first terms of its (damped) Neumann series. Its accuracy is between `one-step` and `implicit`. Memory grows
 * with the steps.
 *
 * Source: Geng et al., "On training implicit models", NeurIPS 2021.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { registerGradients } from '@hrm/layers';
 * import { fixedPoint, phantom } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * registerGradients();
 * const half = (z: tf.Tensor2D, x: tf.Tensor) => tf.add(tf.mul(0.5, z), x);
 * const gradient = phantom({ steps: 3, damping: 1 });
 * const solve = (x: tf.Tensor) => fixedPoint(half, tf.zeros([1, 1]), [x], { gradient }).state;
 * tf.grad(solve)(tf.tensor2d([[3]])).print(); // [[1.75]] = 1 + 1/2 + 1/4, the exact gradient is 2
 * ```
 */
export function phantom(options: PhantomOptions = {}): FixedPointGradient {
  expectOptions('phantom', options, ['steps', 'damping']);
  const { steps = 5, damping = 0.5 } = options;
  expectSizes('phantom', { steps }, 1, MOST_APPLICATIONS);
  expectPositiveShare('phantom', { damping });
  return {
    name: 'phantom',
    recordable: true,
    attach: (f, solved, inputs) =>
      tf.tidy(() => {
        let state = solved;
        for (let step = 0; step < steps; step++) {
          const image = f(state, ...inputs);
          state = tf.add(tf.mul(1 - damping, state), tf.mul(damping, image));
        }
        return state;
      }),
  };
}
