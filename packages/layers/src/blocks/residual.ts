import type * as tf from '@tensorflow/tfjs-core';
import type { Layer } from '../layer';

/** How a sublayer (attention, mixer, feed-forward) is added to the hidden states that run through a block. */
export interface Residual extends Layer {
  /**
   * @param hidden `[batch, seq, hidden]`
   * @param sublayer keeps the shape.
   * @returns the same shape.
   */
  apply(hidden: tf.Tensor3D, sublayer: (x: tf.Tensor3D) => tf.Tensor3D): tf.Tensor3D;
}
