import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from './custom-gradient';

const swapLastTwo = (x: tf.Tensor) => {
  const order = Array.from({ length: x.rank }, (_, axis) => axis);
  order.push(...order.splice(-2, 1));
  return tf.transpose(x, order);
};

/**
 * `a b^T`, not differentiable. WebAssembly multiplies a transposed operand 10 to 30 times slower, so it is transposed
 * first.
 */
export const timesTransposed = (a: tf.Tensor, b: tf.Tensor) =>
  tf.getBackend() === 'wasm' ? tf.matMul(a, swapLastTwo(b)) : tf.matMul(a, b, false, true);

/**
 * `a^T b`, not differentiable. WebAssembly copies the right operand before each product, so the narrower one goes
 * there.
 */
export function transposedTimes(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (tf.getBackend() !== 'wasm') return tf.matMul(a, b, true, false);
  const isNarrower = a.shape.at(-1)! < b.shape.at(-1)!;
  return isNarrower ? swapLastTwo(tf.matMul(swapLastTwo(b), a)) : tf.matMul(swapLastTwo(a), b);
}

/**
 * The product of two matrices, or of two batches of matrices, with gradients that are fast on every backend.
 *
 * @param a `[..., m, k]`
 * @param b `[..., k, n]`, of the same rank and batch sizes as `a`.
 * @returns `[..., m, n]`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { matMul } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * matMul(tf.ones([2, 3]), tf.ones([3, 4])).print();
 * ```
 */
export function matMul<T extends tf.Tensor>(a: T, b: T): T {
  const product = customGradient(
    (left: T, right: T) => ({ value: tf.matMul<T>(left, right), saved: [left, right] }),
    (dy, [left, right]) => [timesTransposed(dy, right), transposedTimes(left, dy)],
  );
  return product(a, b);
}
