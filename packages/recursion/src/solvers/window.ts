import * as tf from '@tensorflow/tfjs-core';

/** Lets the oldest states of a window `[batch, rows, n]` go, as many as it takes for another to fit in; for `capacity` over 1. */
export function makeRoom(window: tf.Tensor, capacity: number): tf.Tensor {
  const [, rows] = window.shape;
  return rows! < capacity ? window : tf.slice(window, [0, rows! - capacity + 1, 0]);
}

/** Puts a state `[batch, n]` at the end of a window of states `[batch, rows, n]`, or starts one. */
export function append(window: tf.Tensor | undefined, state: tf.Tensor2D): tf.Tensor {
  const last = tf.expandDims(state, 1);
  return window === undefined ? last : tf.concat<tf.Tensor>([window, last], 1);
}

/** Puts a state at the end of a window and lets the oldest go when it is full. */
export function appendToWindow(window: tf.Tensor | undefined, state: tf.Tensor2D, capacity: number): tf.Tensor {
  const kept = window === undefined || capacity === 1 ? undefined : makeRoom(window, capacity);
  return append(kept, state);
}

/** Inner product of each state with each row of its window: `[batch, rows]`. */
export function innerProducts(window: tf.Tensor, state: tf.Tensor2D): tf.Tensor2D {
  return tf.squeeze(tf.matMul(window, tf.expandDims(state, 2)), [2]);
}

/** Sum of the rows of each window by the given weights `[batch, rows]`: `[batch, n]`. */
export function weightedSum(weights: tf.Tensor2D, window: tf.Tensor): tf.Tensor2D {
  return tf.squeeze(tf.matMul(tf.expandDims(weights, 1), window), [1]);
}
