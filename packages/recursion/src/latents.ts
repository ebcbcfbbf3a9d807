import type * as tf from '@tensorflow/tfjs-core';

/** The two latents: `zH`, refined seldom, and `zL`, refined often; each `[batch, seq, hidden]`. */
export type Latents = {
  zH: tf.Tensor3D;
  zL: tf.Tensor3D;
};
