import type * as tf from '@tensorflow/tfjs-core';

/** The two latents that are refined: `zH`, changed seldom, and `zL`, changed often; each `[batch, seq, hidden]`. */
export type Latents = {
  zH: tf.Tensor3D;
  zL: tf.Tensor3D;
};
