import * as tf from '@tensorflow/tfjs-core';
import type { ParametricMap } from './gradients/fixed-point-gradient';
import type { Latents } from './latents';
import type { RecursionCore } from './recursion-core';

/** Both latents as one state `[batch, 2 seq hidden]`, zH first. */
export function stackLatents({ zH, zL }: Latents): tf.Tensor2D {
  const [batch] = zH.shape;
  return tf.concat([tf.reshape(zH, [batch, -1]), tf.reshape(zL, [batch, -1])], 1);
}

/** The latents in a stacked state; `shape` is that of each, `[batch, seq, hidden]`. */
export function unstackLatents(state: tf.Tensor2D, shape: [number, number, number]): Latents {
  const [zH, zL] = tf.split(state, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  return { zH: tf.reshape(zH, shape), zL: tf.reshape(zL, shape) };
}

/** One sweep, f_L and then f_H on its result, as a function of the stacked latents and the embedded puzzle. */
export function stackedSweep(core: RecursionCore, shape: [number, number, number]): ParametricMap {
  return (state, x) => stackLatents(core.fH(core.fL(unstackLatents(state, shape), x as tf.Tensor3D)));
}
