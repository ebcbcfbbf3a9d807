import * as tf from '@tensorflow/tfjs-core';

/** Lets the oldest states of a window `[batch, rows, n]` go, as many as it takes for another to fit in; for `capacity` over 1. */
export function makeRoom(window: tf.Tensor3D, capacity: number): tf.Tensor3D {
  const [batch, rows, n] = window.shape;
  return rows < capacity ? window : tf.slice(window, [0, rows - capacity + 1, 0], [batch, capacity - 1, n]);
}

/** Puts a state `[batch, n]` at the end of a window of states `[batch, rows, n]`, or starts one. */
export function append(window: tf.Tensor | undefined, state: tf.Tensor2D): tf.Tensor3D {
  const last = tf.expandDims<tf.Tensor3D>(state, 1);
  return window === undefined ? last : tf.concat([window as tf.Tensor3D, last], 1);
}

/** Puts a state at the end of a window and lets the oldest go when it is full. */
export function appendToWindow(window: tf.Tensor | undefined, state: tf.Tensor2D, capacity: number): tf.Tensor3D {
  const kept = window === undefined || capacity === 1 ? undefined : makeRoom(window as tf.Tensor3D, capacity);
  return append(kept, state);
}

/** Inner product of each state with each row of its window: `[batch, rows]`. */
export function innerProducts(window: tf.Tensor3D, state: tf.Tensor2D): tf.Tensor2D {
  return tf.squeeze(tf.matMul(window, tf.expandDims(state, 2)), [2]);
}

/** Sum of the rows of each window by the given weights `[batch, rows]`: `[batch, n]`. */
export function weightedSum(weights: tf.Tensor2D, window: tf.Tensor3D): tf.Tensor2D {
  return tf.squeeze(tf.matMul(tf.expandDims(weights, 1), window), [1]);
}
