import * as tf from '@tensorflow/tfjs-core';
import { expectRandom } from '../checks/expect-random';
import type { RandomStream } from './random-stream';

/** Standard deviation of a standard normal cut off at -2 and 2. */
const STD_WHEN_CUT_AT_TWO = 0.8796256610342398;

/** Shape, spread and source of randomness of {@link truncatedNormal}. */
export interface TruncatedNormalOptions<R extends tf.Rank = tf.Rank> {
  shape: tf.ShapeMap[R];
  /** Standard deviation of the result, after the cut. 0 gives zeros. */
  std: number;
  random: RandomStream;
}

/**
 * A tensor of draws from a normal distribution cut off at two standard deviations, rescaled so that what is left has
 * the standard deviation asked for, as JAX does and PyTorch's own `trunc_normal_` does not.
 *
 * Source: official HRM, `models/common.py`, `trunc_normal_init_`.
 *
 * @example
 * ```ts
 * import { RandomStream, truncatedNormal } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const weight = truncatedNormal({ shape: [64, 32], std: 1 / Math.sqrt(64), random: new RandomStream(0) });
 * console.log(weight.shape);
 * ```
 */
export function truncatedNormal<R extends tf.Rank>({ shape, std, random }: TruncatedNormalOptions<R>): tf.Tensor<R> {
  expectRandom('truncatedNormal', random);
  const values = new Float32Array(tf.util.sizeFromShape(shape));
  if (std !== 0) {
    const scale = std / STD_WHEN_CUT_AT_TWO;
    for (let i = 0; i < values.length; i++) {
      let draw = random.normal();
      while (Math.abs(draw) > 2) draw = random.normal();
      values[i] = draw * scale;
    }
  }
  return tf.tensor(values, shape, 'float32');
}
