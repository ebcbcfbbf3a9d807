import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '../autodiff/custom-gradient';
import { times, timesTransposed, transposedTimes } from '../autodiff/mat-mul';

/**
 * Attention: `softmax(queries keys^T + bias) values`. Scale the queries by `1 / sqrt(headSize)` beforehand.
 *
 * The softmax's sum divides the result, not the weights. The weights are by far the largest array, so this is cheapest,
 * in the gradient as well.
 *
 * Source: Vaswani et al. 2017, section 3.2.1; the gradient as in FlashAttention (Dao et al. 2022, appendix B.2).
 *
 * @param queries `[batch, heads, queries, headSize]`
 * @param keys `[batch, heads, keys, headSize]`
 * @param values `[batch, heads, keys, valueSize]`
 * @param bias added before the softmax, broadcast to `[batch, heads, queries, keys]`; no gradient flows to it. A large
 *   negative value, such as -1e9, blocks a key from a query. Default none.
 * @returns `[batch, heads, queries, valueSize]`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { dotProductAttention } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const queries = tf.tensor4d([5, 0], [1, 1, 1, 2]);
 * const keys = tf.tensor4d([1, 0, 0, 1], [1, 1, 2, 2]);
 * const values = tf.tensor4d([10, 20], [1, 1, 2, 1]);
 * dotProductAttention(queries, keys, values).print(); // [[[[10.067]]]]: mostly the first value
 * ```
 */
export function dotProductAttention(
  queries: tf.Tensor4D,
  keys: tf.Tensor4D,
  values: tf.Tensor4D,
  bias?: tf.Tensor,
): tf.Tensor4D {
  const attend = customGradient(
    (q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D) => {
      const products = timesTransposed(q, k);
      const scores = bias ? tf.add(products, bias) : products;
      const weights = tf.exp(tf.sub(scores, tf.max(scores, -1, true)));
      const total = tf.sum(weights, -1, true);
      const value = tf.div<tf.Tensor4D>(times<tf.Tensor>(weights, v), total);
      return { value, saved: [q, k, v, weights, total, value] };
    },
    (dy, [q, k, v, weights, total, value]) => {
      const dWeighted = tf.div(dy, total);
      // The gradient of softmax subtracts its weighted mean, which is dy . value.
      const mean = tf.sum(tf.mul(dWeighted, value), -1, true);
      const dScores = tf.mul(weights, tf.sub(timesTransposed(dWeighted, v), mean));
      return [times(dScores, k), transposedTimes(dScores, q), transposedTimes(weights, dWeighted)];
    },
  );
  return attend(queries, keys, values);
}
