import * as tf from '@tensorflow/tfjs-core';

/**
 * A loss of token logits against labels.
 *
 * @param logits `[batch, seq, vocab]`
 * @param labels `[batch, seq]`, int32; negative ones count nothing.
 * @returns the loss of each position, `[batch, seq]`, zero where the label is negative.
 */
export type TokenLoss = (logits: tf.Tensor3D, labels: tf.Tensor2D) => tf.Tensor2D;

/** 1 at each label, `[batch, seq, vocab]`; all zero where the label is negative. */
function labelsAsOneHot(labels: tf.Tensor2D, vocabSize: number): tf.Tensor3D {
  const labelled = tf.cast(tf.greaterEqual(labels, 0), 'float32');
  // Cast, because WebAssembly makes integers whatever it is asked for.
  const oneHot = tf.cast(tf.oneHot(tf.cast(tf.maximum(labels, 0), 'int32'), vocabSize), 'float32');
  return tf.mul(oneHot, tf.expandDims(labelled, -1));
}

/** `1 - x` below zero, 1 from zero on. */
const belowZero = (x: tf.Tensor) => tf.add(1, tf.relu(tf.neg(x)));

/** Stablemax's stand-in for the exponential, written without a comparison: `x + 1` from zero on, `1 / (1 - x)` below. */
const stable = (x: tf.Tensor) => tf.add(tf.relu(x), tf.div(1, belowZero(x)));

/**
 * Cross-entropy with stablemax in place of softmax: `s(x) = x + 1` for `x >= 0` and `1 / (1 - x)` below, so that logits
 * need not grow without bound for the loss to fall.
 *
 * Source: official HRM, `models/losses.py`, `stablemax_cross_entropy`, computed there in float64.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { stablemaxCrossEntropy } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const logits = tf.tensor3d([[[3, 0], [0, 0]]]);
 * stablemaxCrossEntropy(logits, tf.tensor2d([[0, -100]], [1, 2], 'int32')).print(); // [[0.223, 0]]
 * ```
 */
export const stablemaxCrossEntropy: TokenLoss = (logits, labels) => {
  const loss = tf.customGrad((...inputs) => {
    const [x, save] = inputs as unknown as [tf.Tensor3D, tf.GradSaveFunc];
    const oneHot = labelsAsOneHot(labels, x.shape[2]);
    const own = stable(x);
    const value = tf.sum(tf.mul(tf.sub(tf.log(tf.sum(own, -1, true)), tf.log(own)), oneHot), -1);
    save([x, oneHot]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [savedLogits, savedOneHot] = saved as [tf.Tensor3D, tf.Tensor3D];
        const s = stable(savedLogits);
        // s'(x) is 1 from zero on and 1 / (1 - x)^2 below.
        const slope = tf.square(tf.div(1, belowZero(savedLogits)));
        const labelled = tf.sum(savedOneHot, -1, true);
        const byOwn = tf.sub(tf.div(labelled, tf.sum(s, -1, true)), tf.div(savedOneHot, s));
        return tf.mul(tf.expandDims(dy, -1), tf.mul(slope, byOwn));
      },
    };
  });
  return loss(logits) as tf.Tensor2D;
};

/**
 * Cross-entropy with softmax.
 *
 * Source: official HRM, `models/losses.py`, `softmax_cross_entropy`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { softmaxCrossEntropy } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const logits = tf.tensor3d([[[1, 1]]]);
 * softmaxCrossEntropy(logits, tf.tensor2d([[0]], [1, 1], 'int32')).print(); // [[0.693]]
 * ```
 */
export const softmaxCrossEntropy: TokenLoss = (logits, labels) => {
  const loss = tf.customGrad((...inputs) => {
    const [x, save] = inputs as unknown as [tf.Tensor3D, tf.GradSaveFunc];
    const oneHot = labelsAsOneHot(labels, x.shape[2]);
    const shifted = tf.sub(x, tf.max(x, -1, true));
    const logTotal = tf.log(tf.sum(tf.exp(shifted), -1, true));
    const value = tf.sum(tf.mul(tf.sub(logTotal, shifted), oneHot), -1);
    save([x, oneHot]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [savedLogits, savedOneHot] = saved as [tf.Tensor3D, tf.Tensor3D];
        const labelled = tf.sum(savedOneHot, -1, true);
        const slope = tf.sub(tf.mul(tf.softmax(savedLogits), labelled), savedOneHot);
        return tf.mul(tf.expandDims(dy, -1), slope);
      },
    };
  });
  return loss(logits) as tf.Tensor2D;
};
