import * as tf from '@tensorflow/tfjs-core';
import type { RandomStream } from '../random/random-stream';

/**
 * A tensor of normal random numbers.
 *
 * @example
 * ```ts
 * import { RandomStream } from '@hrm/layers';
 * import { normalTensor } from '@hrm/layers/testing';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * console.log(normalTensor([2, 3], new RandomStream(0)).shape); // [2, 3]
 * ```
 */
export function normalTensor<T extends tf.Tensor>(shape: number[], random: RandomStream): T {
  const size = shape.reduce((product, axis) => product * axis, 1);
  // Cast, because a list of sizes does not tell the compiler the rank.
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  ) as T;
}
