import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from './custom-gradient';
import { currentPrecision } from './precision';

const swapLastTwo = (x: tf.Tensor) => {
  const order = Array.from({ length: x.rank }, (_, axis) => axis);
  order.push(...order.splice(-2, 1));
  return tf.transpose(x, order);
};

/** The kernel that multiplies in bfloat16, with inputs and attributes as `BatchMatMul`. `@hrm/runtime` registers it. */
const BFLOAT16_MAT_MUL = 'Bfloat16MatMul';

/**
 * Whether the current backend can multiply in bfloat16. If not, {@link inPrecision} changes nothing.
 *
 * @example
 * ```ts
 * import { hasBfloat16 } from '@hrm/layers';
 * import { selectBackend } from '@hrm/runtime';
 *
 * const { name } = await selectBackend();
 * console.log(hasBfloat16() === (name === 'tensorflow')); // true
 * ```
 */
export const hasBfloat16 = (): boolean => tf.getKernel(BFLOAT16_MAT_MUL, tf.getBackend()) !== undefined;

/** A product in the precision of {@link inPrecision}, not differentiable. */
function multiply<T extends tf.Tensor>(a: T, b: T, transposeA = false, transposeB = false): T {
  if (currentPrecision() === 'float32' || !hasBfloat16()) return tf.matMul(a, b, transposeA, transposeB);
  return tf.engine().runKernel(BFLOAT16_MAT_MUL, { a, b }, { transposeA, transposeB }) as T;
}

/** `a b`, not differentiable. */
export const times = <T extends tf.Tensor>(a: T, b: T): T => multiply(a, b);

/**
 * `a b^T`, not differentiable. WebAssembly multiplies a transposed operand 10 to 30 times slower, so it is transposed
 * first.
 */
export const timesTransposed = (a: tf.Tensor, b: tf.Tensor) =>
  tf.getBackend() === 'wasm' ? multiply(a, swapLastTwo(b)) : multiply(a, b, false, true);

/**
 * `a^T b`, not differentiable. WebAssembly copies the right operand before each product, so the narrower one goes
 * there.
 */
export function transposedTimes(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (tf.getBackend() !== 'wasm') return multiply(a, b, true, false);
  const isNarrower = a.shape.at(-1)! < b.shape.at(-1)!;
  return isNarrower ? swapLastTwo(multiply(swapLastTwo(b), a)) : multiply(swapLastTwo(a), b);
}

/**
 * The product of two matrices, or of two batches of matrices, with gradients that are fast on every backend. It
 * is computed in the precision of {@link inPrecision}, by default float32.
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
    (left: T, right: T) => ({ value: times(left, right), saved: [left, right] }),
    (dy, [left, right]) => [timesTransposed(dy, right), transposedTimes(left, dy)],
  );
  return product(a, b);
}
