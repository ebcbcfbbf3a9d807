import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '@hrm/layers';

/**
 * The Kullback-Leibler divergence `KL(Bernoulli(sigmoid(logits)) || Bernoulli(prior))`, elementwise. Finite for every
 * finite logit.
 *
 * @param logits any shape.
 * @param prior above 0 and below 1.
 */
export function bernoulliDivergence<T extends tf.Tensor>(logits: T, prior: number): T {
  const divergence = customGradient(
    (x: T) => {
      const p = tf.sigmoid(x);
      const rest = tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(x)))));
      const minusLogP = tf.add(tf.relu(tf.neg(x)), rest);
      const minusLogNotP = tf.add(tf.relu(x), rest);
      const ifHalts = tf.mul(p, tf.sub(-Math.log(prior), minusLogP));
      const ifNot = tf.mul(tf.sub(1, p), tf.sub(-Math.log1p(-prior), minusLogNotP));
      return { value: tf.add<T>(ifHalts, ifNot), saved: [x] };
    },
    (dy, [x]) => {
      const p = tf.sigmoid(x);
      const slope = tf.mul(tf.mul(p, tf.sub(1, p)), tf.sub(x, Math.log(prior) - Math.log1p(-prior)));
      return [tf.mul(dy, slope)];
    },
  );
  return divergence(logits);
}
