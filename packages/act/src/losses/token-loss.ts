import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '@hrm/layers';
import { expectDecay } from '@hrm/layers/internal';

/**
 * A loss of token logits against labels.
 *
 * @param logits `[batch, seq, vocab]`
 * @param labels `[batch, seq]`, int32; negative for tokens without a label.
 * @returns the loss of each position, `[batch, seq]`; 0 where the label is negative.
 */
export interface TokenLoss {
  (logits: tf.Tensor3D, labels: tf.Tensor2D): tf.Tensor2D;
  /** The share of label smoothing, see {@link CrossEntropy.smoothed}. Default 0. */
  readonly smoothing?: number;
}

/** A token loss with optional label smoothing. */
export interface CrossEntropy extends TokenLoss {
  /**
   * The same loss with label smoothing: the target of each token is `share / vocab`, plus `1 - share` for the label. A
   * share of 0 is the plain loss, bit for bit.
   *
   * Source: Szegedy et al., arXiv 1512.00567, section 7; PyTorch, `CrossEntropyLoss(label_smoothing)`.
   *
   * @param share at least 0 and less than 1, such as 0.1.
   * @throws RangeError for another share.
   *
   * @example
   * ```ts
   * import * as tf from '@tensorflow/tfjs-core';
   * import { softmaxCrossEntropy } from '@hrm/act';
   * import '@tensorflow/tfjs-backend-cpu';
   *
   * const loss = softmaxCrossEntropy.smoothed(0.1);
   * loss(tf.tensor3d([[[9, 0]]]), tf.tensor2d([[0]], [1, 1], 'int32')).print(); // [[0.45]]
   * ```
   */
  smoothed(share: number): TokenLoss;
}

/** Target probabilities, `[batch, seq, vocab]`: one-hot labels, smoothed; all 0 where the label is negative. */
function targetsOf(labels: tf.Tensor2D, vocabSize: number, smoothing: number): tf.Tensor3D {
  const labelled = tf.cast(tf.greaterEqual(labels, 0), 'float32');
  // Cast, because the WebAssembly backend always returns int32.
  const oneHot = tf.cast(tf.oneHot(tf.cast(tf.maximum(labels, 0), 'int32'), vocabSize), 'float32');
  const targets = smoothing === 0 ? oneHot : tf.add(tf.mul(oneHot, 1 - smoothing), smoothing / vocabSize);
  return tf.mul(targets, tf.expandDims(labelled, -1));
}

/** A cross-entropy of logits and targets, `[batch, seq, vocab]` each. Targets of a position sum to 1, or are all 0. */
interface Formula {
  /** `[batch, seq]` */
  loss: (logits: tf.Tensor3D, targets: tf.Tensor3D) => tf.Tensor2D;
  /** Its gradient with respect to the logits, `[batch, seq, vocab]`. */
  gradient: (logits: tf.Tensor3D, targets: tf.Tensor3D) => tf.Tensor;
}

function tokenLossOf({ loss, gradient }: Formula, smoothing = 0): TokenLoss {
  const tokenLoss = (logits: tf.Tensor3D, labels: tf.Tensor2D) => {
    const differentiable = customGradient(
      (x: tf.Tensor3D) => {
        const targets = targetsOf(labels, x.shape[2], smoothing);
        return { value: loss(x, targets), saved: [x, targets] };
      },
      (dy, [x, targets]) => [tf.mul(tf.expandDims(dy, -1), gradient(x, targets))],
    );
    return differentiable(logits);
  };
  return Object.assign(tokenLoss, { smoothing });
}

function crossEntropy(formula: Formula): CrossEntropy {
  return Object.assign(tokenLossOf(formula), {
    smoothed(share: number): TokenLoss {
      expectDecay('smoothed', { 'the share': share });
      return tokenLossOf(formula, share);
    },
  });
}

/** `1 - x` for `x < 0`, else 1. */
const belowZero = (x: tf.Tensor) => tf.add(1, tf.relu(tf.neg(x)));

/**
 * Stablemax's replacement of the exponential, without a comparison: `x + 1` for `x >= 0`, `1 / (1 - x)` for `x < 0`.
 */
const stable = (x: tf.Tensor) => tf.add(tf.relu(x), tf.div(1, belowZero(x)));

/**
 * Cross-entropy with stablemax instead of softmax: `s(x) = x + 1` for `x >= 0`, `1 / (1 - x)` for `x < 0`. The loss can
 * fall without logits that grow without bound.
 *
 * Source: official HRM, `models/losses.py`, `stablemax_cross_entropy`, which computes in float64.
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
export const stablemaxCrossEntropy: CrossEntropy = crossEntropy({
  loss: (logits, targets) => {
    const own = stable(logits);
    return tf.sum(tf.mul(tf.sub(tf.log(tf.sum(own, -1, true)), tf.log(own)), targets), -1);
  },
  gradient: (logits, targets) => {
    const s = stable(logits);
    // s'(x) is 1 for x >= 0 and 1 / (1 - x)^2 for x < 0.
    const slope = tf.square(tf.div(1, belowZero(logits)));
    const labelled = tf.sum(targets, -1, true);
    return tf.mul(slope, tf.sub(tf.div(labelled, tf.sum(s, -1, true)), tf.div(targets, s)));
  },
});

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
export const softmaxCrossEntropy: CrossEntropy = crossEntropy({
  loss: (logits, targets) => {
    const shifted = tf.sub(logits, tf.max(logits, -1, true));
    const logTotal = tf.log(tf.sum(tf.exp(shifted), -1, true));
    return tf.sum(tf.mul(tf.sub(logTotal, shifted), targets), -1);
  },
  gradient: (logits, targets) => {
    const labelled = tf.sum(targets, -1, true);
    return tf.sub(tf.mul(tf.softmax(logits), labelled), targets);
  },
});
