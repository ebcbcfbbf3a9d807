import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '@hrm/layers';

/**
 * The Kullback-Leibler divergence of a coin that falls with probability `sigmoid(logits)` from one that falls with
 * probability `prior`, elementwise, finite for every finite logit.
 *
 * @param logits any shape.
 * @param prior between 0 and 1, neither allowed.
 */
export function bernoulliDivergence<T extends tf.Tensor>(logits: T, prior: number): T {
  const divergence = customGradient(
    (x: T) => {
      const p = tf.sigmoid(x);
      const rest = tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(x)))));
      const minusLogP = tf.add(tf.relu(tf.neg(x)), rest);
      const minusLogNotP = tf.add(tf.relu(x), rest);
      const ifFalls = tf.mul(p, tf.sub(-Math.log(prior), minusLogP));
      const ifNot = tf.mul(tf.sub(1, p), tf.sub(-Math.log1p(-prior), minusLogNotP));
      return { value: tf.add<T>(ifFalls, ifNot), saved: [x] };
    },
    (dy, [x]) => {
      const p = tf.sigmoid(x);
      const slope = tf.mul(tf.mul(p, tf.sub(1, p)), tf.sub(x, Math.log(prior) - Math.log1p(-prior)));
      return [tf.mul(dy, slope)];
    },
  );
  return divergence(logits);
}
