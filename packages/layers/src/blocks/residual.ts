import type * as tf from '@tensorflow/tfjs-core';
import type { Layer } from '../layer';

/** Adds a sublayer's output (attention, mixer or feed-forward) to the hidden states of a block. */
export interface Residual extends Layer {
  /**
   * @param hidden `[batch, seq, hidden]`
   * @param sublayer a function that keeps the shape.
   * @returns the same shape.
   */
  apply(hidden: tf.Tensor3D, sublayer: (x: tf.Tensor3D) => tf.Tensor3D): tf.Tensor3D;
}
