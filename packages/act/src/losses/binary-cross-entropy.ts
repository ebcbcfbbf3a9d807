import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '@hrm/layers';

/**
 * The cross-entropy between `sigmoid(logits)` and targets from 0 to 1, elementwise. Finite for every finite logit. No
 * gradient flows to the targets.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { binaryCrossEntropy } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * binaryCrossEntropy(tf.tensor1d([0, 100]), tf.tensor1d([0.5, 1])).print(); // [0.693, 0]
 * ```
 */
export function binaryCrossEntropy<T extends tf.Tensor>(logits: T, targets: T): T {
  const loss = customGradient(
    (x: T) => {
      const value = tf.add<T>(tf.sub(tf.relu(x), tf.mul(x, targets)), tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(x))))));
      return { value, saved: [x, targets] };
    },
    (dy, [x, targets]) => [tf.mul(dy, tf.sub(tf.sigmoid(x), targets))],
  );
  return loss(logits);
}
