import * as tf from '@tensorflow/tfjs-core';

/** Keeps the relative residual of the zero state finite. */
const SMALLEST_LENGTH = 1e-12;

/** Euclidean length of each sample, over all its axes: `[batch]`. */
export function lengths(x: tf.Tensor): tf.Tensor1D {
  return tf.sqrt(tf.sum<tf.Tensor1D>(tf.square(tf.reshape(x, [x.shape[0]!, -1])), 1));
}

/**
 * The residual of each sample, `|image - state| / |state|`, or `|image - state|` if absolute; `[batch]`. Infinite if it
 * is not a finite number.
 */
export function residualNorm(
  state: tf.Tensor,
  image: tf.Tensor,
  kind: 'relative' | 'absolute' = 'relative',
): tf.Tensor1D {
  return tf.tidy(() => {
    const distance = lengths(tf.sub(image, state));
    const length = lengths(state);
    const residual: tf.Tensor1D =
      kind === 'absolute' ? distance : tf.div(distance, tf.maximum(length, SMALLEST_LENGTH));
    // A length that overflows would make the quotient zero.
    return tf.where(
      tf.less(tf.maximum(length, distance), Infinity),
      residual,
      tf.fill<tf.Rank.R1>(length.shape, Infinity),
    );
  });
}
