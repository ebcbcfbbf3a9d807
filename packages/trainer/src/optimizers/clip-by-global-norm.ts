import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '@hrm/layers';
import { mapNamed, type GradientTransformation } from './gradient-transformation';

/** The Euclidean norm over all tensors. Divides by the largest element first, so that no square overflows. */
function globalNorm(tensors: NamedTensors): tf.Tensor {
  const all = Object.values(tensors);
  const largestOf = all.map((tensor) => tf.max(tf.abs(tensor)));
  const largest = tf.maximum(tf.max(tf.stack(largestOf)), 1e-30);
  const squares = all.map((tensor) => tf.sum(tf.square(tf.div(tensor, largest))));
  return tf.mul(largest, tf.sqrt(tf.sum(tf.stack(squares))));
}

/**
 * Scales the gradients so that their norm, taken over all of them, is at most `maxNorm`. Their direction stays the
 * same, and shorter gradients do not change. Put it first in a chain.
 *
 * Source: Pascanu, Mikolov and Bengio, arXiv 1211.5063; optax, `clip_by_global_norm`.
 *
 * @throws RangeError for a norm that is not positive.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { clipByGlobalNorm } from '@hrm/trainer';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const gradients = { weight: tf.tensor1d([3]), bias: tf.tensor1d([4]) };
 * const { updates } = clipByGlobalNorm(1).update(gradients, {}, { parameters: {}, learningRate: tf.scalar(1) });
 * updates['weight']!.print(); // 0.6
 * ```
 */
export function clipByGlobalNorm(maxNorm: number): GradientTransformation {
  if (!(maxNorm > 0)) throw new RangeError(`clipByGlobalNorm: the norm is ${maxNorm}, expected more than 0, such as 1`);
  return {
    // The norm is the same when all parameters are concatenated into one tensor.
    elementwise: true,
    init: () => ({}),
    update: (updates, state) => {
      if (Object.keys(updates).length === 0) return { updates, state };
      const factor = tf.minimum(tf.div(maxNorm, globalNorm(updates)), 1);
      return { updates: mapNamed(updates, (update) => tf.mul(update, factor)), state };
    },
  };
}

/** Clips the gradients before a transformation. The state and its names do not change. */
export function clipped<T extends GradientTransformation>(transformation: T, maxNorm: number | undefined): T {
  if (maxNorm === undefined) return transformation;
  const clip = clipByGlobalNorm(maxNorm);
  return {
    ...transformation,
    update: (updates, state, context) =>
      transformation.update(clip.update(updates, {}, context).updates, state, context),
  };
}
