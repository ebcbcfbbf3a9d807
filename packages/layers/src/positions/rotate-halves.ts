import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '../autodiff/custom-gradient';
import { splitInHalf } from '../split-tensor';

/** The cosine and sine of the rotation angles, `[seq, 1, size / 2]` each. */
export type AngleTables = {
  cos: tf.Tensor3D;
  sin: tf.Tensor3D;
};

/** Makes tables of the angles `angle(position, i)` of the pairs (i, i + size / 2). The caller disposes them. */
export function angleTables(
  seqLen: number,
  size: number,
  angle: (position: number, pair: number) => number,
): AngleTables {
  const pairs = size / 2;
  const cos = new Float32Array(seqLen * pairs);
  const sin = new Float32Array(seqLen * pairs);
  for (let position = 0; position < seqLen; position++) {
    for (let pair = 0; pair < pairs; pair++) {
      const radians = angle(position, pair);
      cos[position * pairs + pair] = Math.cos(radians);
      sin[position * pairs + pair] = Math.sin(radians);
    }
  }
  return {
    cos: tf.keep(tf.tensor3d(cos, [seqLen, 1, pairs])),
    sin: tf.keep(tf.tensor3d(sin, [seqLen, 1, pairs])),
  };
}

/** The angle of a position in the i-th wave. Each wave takes two of `size` numbers. */
export function waveAngle(position: number, i: number, size: number, theta: number): number {
  // Rounded to float32 where PyTorch rounds, so that high positions get the same angle.
  const frequency = Math.fround(1 / Math.fround(theta ** ((2 * i) / size)));
  return Math.fround(position * frequency);
}

/**
 * Rotates element i of each vector with element i + size / 2.
 *
 * @param x `[batch, seq, heads, size]`; @returns the same shape.
 */
export function rotateHalves(x: tf.Tensor4D, { cos, sin }: AngleTables): tf.Tensor4D {
  const rotate = (vectors: tf.Tensor4D, back: boolean) => {
    const [first, second] = splitInHalf(vectors);
    const [plus, minus] = back ? [tf.add, tf.sub] : [tf.sub, tf.add];
    const rotated: tf.Tensor4D[] = [
      plus(tf.mul(first, cos), tf.mul(second, sin)),
      minus(tf.mul(second, cos), tf.mul(first, sin)),
    ];
    return tf.concat(rotated, -1);
  };
  // The gradient of a rotation is the rotation back.
  const rotation = customGradient(
    (vectors: tf.Tensor4D) => ({ value: rotate(vectors, false), saved: [] }),
    (dy) => [rotate(dy, true)],
  );
  return rotation(x);
}
