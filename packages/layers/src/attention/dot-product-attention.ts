import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '../autodiff/custom-gradient';
import { timesTransposed, transposedTimes } from '../autodiff/mat-mul';

/**
 * What every query finds: the values, weighed by the softmax of the products of query and keys. Scale the queries by
 * `1 / sqrt(headSize)` beforehand.
 *
 * The division by the softmax's sum is done last, on the result, where it is cheapest: the weights themselves, by far the
 * largest array, are never normalised, neither here nor in the gradient.
 *
 * Source: Vaswani et al. 2017, section 3.2.1; the gradient as in FlashAttention (Dao et al. 2022, appendix B.2).
 *
 * @param queries `[batch, heads, queries, headSize]`
 * @param keys `[batch, heads, keys, headSize]`
 * @param values `[batch, heads, keys, valueSize]`
 * @param bias added to the products of queries and keys before the softmax: broadcast to `[batch, heads, queries, keys]`, a
 *   constant to gradients. A large negative one, such as -1e9, keeps a query from a key. Default none.
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
 * dotProductAttention(queries, keys, values).print(); // [[[[10.067]]]]: nearly all of the first
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
      const value = tf.div<tf.Tensor4D>(tf.matMul(weights, v), total);
      return { value, saved: [q, k, v, weights, total, value] };
    },
    (dy, [q, k, v, weights, total, value]) => {
      const dWeighted = tf.div(dy, total);
      // Softmax takes the mean of its gradient away from it; under the weights that mean is dy . value.
      const mean = tf.sum(tf.mul(dWeighted, value), -1, true);
      const dScores = tf.mul(weights, tf.sub(timesTransposed(dWeighted, v), mean));
      return [tf.matMul(dScores, k), transposedTimes(dScores, q), transposedTimes(weights, dWeighted)];
    },
  );
  return attend(queries, keys, values);
}
