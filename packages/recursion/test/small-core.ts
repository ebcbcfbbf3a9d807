import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '@hrm/layers';
import { RecursionCore, type Latents, type Refiner } from '../src/index';

/** Normal random numbers. */
export function normalTensor(shape: number[], seed: number): tf.Tensor {
  const random = new RandomStream(seed);
  const size = shape.reduce((product, axis) => product * axis, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}

/** `latent, injection -> tanh((latent + injection) weight)`. */
export function tanhRefiner(
  hidden: number,
  scale: number,
  seed: number,
): Refiner & { parameters: { weight: tf.Variable } } {
  const weight = tf.tidy(() => tf.variable(tf.mul(scale / Math.sqrt(hidden), normalTensor([hidden, hidden], seed))));
  return {
    parameters: { weight },
    apply: (latent, injection) =>
      tf.tidy(() => {
        const [batch, seq] = latent.shape;
        const sum = tf.reshape(tf.add(latent, injection), [batch * seq, hidden]);
        return tf.reshape(tf.tanh(tf.matMul(sum as tf.Tensor2D, weight as tf.Tensor as tf.Tensor2D)), latent.shape);
      }),
  };
}

/** A core, latents and an embedded puzzle, small enough for finite differences. */
export function smallProblem({ scale = 0.5, batch = 2, seq = 3, hidden = 4 } = {}) {
  const lowLevel = tanhRefiner(hidden, scale, 1);
  const highLevel = tanhRefiner(hidden, scale, 2);
  const shape = [batch, seq, hidden];
  const latents: Latents = {
    zH: normalTensor(shape, 3) as tf.Tensor3D,
    zL: normalTensor(shape, 4) as tf.Tensor3D,
  };
  return {
    core: new RecursionCore(lowLevel, highLevel),
    latents,
    x: normalTensor(shape, 5) as tf.Tensor3D,
    weights: [lowLevel.parameters.weight, highLevel.parameters.weight],
  };
}

/** A scalar that depends on every element of both latents, each in its own way. */
export function lossOf({ zH, zL }: Latents): tf.Scalar {
  const weigh = (latent: tf.Tensor, seed: number) => tf.sum(tf.mul(latent, normalTensor(latent.shape, seed)));
  return tf.add(weigh(zH, 6), weigh(zL, 7));
}
