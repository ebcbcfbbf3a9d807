import * as tf from '@tensorflow/tfjs-core';
import type { RandomStream } from '@hrm/layers';
import { normalTensor } from '@hrm/layers/testing';
import type { Refiner } from '../reasoning-module';

/**
 * A small level for tests, `tanh((latent + injection) weight)`. It is smooth, which finite differences need, and with a
 * scale of about 0.5 a contraction, so that recursion converges.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream } from '@hrm/layers';
 * import { RecursionCore } from '@hrm/recursion';
 * import { TanhRefiner } from '@hrm/recursion/testing';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const shared = new TanhRefiner({ hiddenSize: 4, scale: 0.5, random: new RandomStream(0) });
 * const x: tf.Tensor3D = tf.ones([1, 3, 4]);
 * new RecursionCore(shared, shared).fL({ zH: x, zL: x }, x).zL.print();
 * ```
 */
export class TanhRefiner implements Refiner {
  readonly parameters: { weight: tf.Variable };

  constructor({ hiddenSize, scale, random }: { hiddenSize: number; scale: number; random: RandomStream }) {
    const deviation = scale / Math.sqrt(hiddenSize);
    this.parameters = {
      weight: tf.tidy(() => tf.variable(tf.mul(deviation, normalTensor([hiddenSize, hiddenSize], random)))),
    };
  }

  apply(latent: tf.Tensor3D, injection: tf.Tensor3D): tf.Tensor3D {
    const [batch, seq, hiddenSize] = latent.shape;
    return tf.tidy(() => {
      const sum = tf.reshape(tf.add(latent, injection), [batch * seq, hiddenSize]);
      return tf.reshape(tf.tanh(tf.matMul(sum, this.parameters.weight)), latent.shape);
    });
  }
}
