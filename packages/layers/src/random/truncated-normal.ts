import * as tf from '@tensorflow/tfjs-core';
import { expectOptions } from '../checks/expect-options';
import { expectRandom } from '../checks/expect-random';
import type { RandomStream } from './random-stream';

/** Standard deviation of a standard normal truncated to [-2, 2]. */
const STD_TRUNCATED_AT_TWO = 0.8796256610342398;

/** Numbers of a tensor at most: with more, the size of a layer is a mistake. */
const MOST_NUMBERS = 2 ** 31;

/** Options of {@link truncatedNormal}. */
export interface TruncatedNormalOptions<R extends tf.Rank = tf.Rank> {
  shape: tf.ShapeMap[R];
  /** Standard deviation of the result. 0 gives zeros. */
  std: number;
  random: RandomStream;
}

/**
 * Draws a tensor from a normal distribution truncated at two standard deviations, rescaled so that the result has the
 * standard deviation `std`. JAX does the same; PyTorch's `trunc_normal_` does not rescale.
 *
 * Source: official HRM, `models/common.py`, `trunc_normal_init_`.
 *
 * @throws RangeError for more than 2^31 numbers.
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
export function truncatedNormal<R extends tf.Rank>(options: TruncatedNormalOptions<R>): tf.Tensor<R> {
  expectOptions('truncatedNormal', options, ['shape', 'std', 'random']);
  const { shape, std, random } = options;
  expectRandom('truncatedNormal', random);
  const size = tf.util.sizeFromShape(shape);
  if (size > MOST_NUMBERS) {
    throw new RangeError(
      `truncatedNormal: a tensor of shape [${shape.join(', ')}] has ${size} numbers, expected at most ${MOST_NUMBERS}; ` +
        'give the layer a smaller size',
    );
  }
  const values = new Float32Array(size);
  if (std !== 0) {
    const scale = std / STD_TRUNCATED_AT_TWO;
    for (let i = 0; i < values.length; i++) {
      let draw = random.normal();
      while (Math.abs(draw) > 2) draw = random.normal();
      values[i] = draw * scale;
    }
  }
  return tf.tensor(values, shape, 'float32');
}
