import * as tf from '@tensorflow/tfjs-core';
import type { Latents } from './latents';

/** Both latents as one state `[batch, 2 seq hidden]`, zH first. */
export function stackLatents({ zH, zL }: Latents): tf.Tensor2D {
  const [batch] = zH.shape;
  return tf.concat([tf.reshape(zH, [batch, -1]), tf.reshape(zL, [batch, -1])], 1) as tf.Tensor2D;
}

/** The latents in a stacked state; `shape` is that of each, `[batch, seq, hidden]`. */
export function unstackLatents(state: tf.Tensor2D, shape: [number, number, number]): Latents {
  const [zH, zL] = tf.split(state, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  return { zH: tf.reshape(zH, shape), zL: tf.reshape(zL, shape) };
}
