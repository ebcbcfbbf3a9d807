import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '../autodiff/custom-gradient';

/**
 * Scales every vector along the last axis to a root mean square of 1: `x / sqrt(mean(x^2) + epsilon)`. Without a
 * learned gain.
 *
 * Source: official HRM, `models/layers.py`, `rms_norm`.
 *
 * @param x any shape; the last axis is normalised.
 * @param epsilon avoids division by zero. Default 1e-5.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { rmsNorm } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * rmsNorm(tf.tensor2d([[3, 4]])).print(); // [[0.849, 1.131]]
 * ```
 */
export function rmsNorm<T extends tf.Tensor>(x: T, epsilon = 1e-5): T {
  const normalise = customGradient(
    (input: T) => {
      const scale = tf.rsqrt(tf.add(tf.mean(tf.square(input), -1, true), epsilon));
      const value = tf.mul<T>(input, scale);
      return { value, saved: [value, scale] };
    },
    // With y = x s: dx = s (dy - y mean(dy y)). This takes half the memory passes of the tape's gradient.
    (dy, [y, s]) => [tf.mul(s, tf.sub(dy, tf.mul(y, tf.mean(tf.mul(dy, y), -1, true))))],
  );
  return normalise(x);
}
