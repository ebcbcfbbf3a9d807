import * as tf from '@tensorflow/tfjs-core';

/**
 * Drops the oldest states of a window `[batch, rows, n]`, so that with one more it has at most `capacity`, which is
 * over 1.
 */
export function makeRoom(window: tf.Tensor, capacity: number): tf.Tensor {
  const [, rows] = window.shape;
  return rows! < capacity ? window : tf.slice(window, [0, rows! - capacity + 1, 0]);
}

/** Appends a state `[batch, n]` to a window of states `[batch, rows, n]`, or starts a window. */
export function append(window: tf.Tensor | undefined, state: tf.Tensor2D): tf.Tensor {
  const last = tf.expandDims(state, 1);
  return window === undefined ? last : tf.concat<tf.Tensor>([window, last], 1);
}

/** Appends a state to a window and drops the oldest if it is full. */
export function appendToWindow(window: tf.Tensor | undefined, state: tf.Tensor2D, capacity: number): tf.Tensor {
  const kept = window === undefined || capacity === 1 ? undefined : makeRoom(window, capacity);
  return append(kept, state);
}

/** The inner product of each state with each row of its window: `[batch, rows]`. */
export function innerProducts(window: tf.Tensor, state: tf.Tensor2D): tf.Tensor2D {
  return tf.squeeze(tf.matMul(window, tf.expandDims(state, 2)), [2]);
}

/** The sum of each window's rows with the weights `[batch, rows]`: `[batch, n]`. */
export function weightedSum(weights: tf.Tensor2D, window: tf.Tensor): tf.Tensor2D {
  return tf.squeeze(tf.matMul(tf.expandDims(weights, 1), window), [1]);
}
