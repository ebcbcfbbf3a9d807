import * as tf from '@tensorflow/tfjs-core';
import { expectShape } from './shape-error';

/** Sizes of a {@link RotaryEmbedding}. */
export interface RotaryEmbeddingOptions {
  headSize: number;
  /** Number of positions, the puzzle-embedding prefix counted in. */
  seqLen: number;
  /** Base of the geometric series of wavelengths. Default 10,000. */
  theta?: number;
}

/**
 * Rotary position embedding (RoPE): turns the two halves of every head's vector against each other by an angle that
 * grows with the position. Halves, not neighbouring pairs, are turned. Not trained.
 *
 * Source: official HRM, `models/layers.py`, `RotaryEmbedding` and `apply_rotary_pos_emb`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RotaryEmbedding } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const rotary = new RotaryEmbedding({ headSize: 8, seqLen: 5 });
 * console.log(rotary.apply(tf.ones([2, 5, 3, 8])).shape); // [2, 5, 3, 8]
 * rotary.dispose();
 * ```
 */
export class RotaryEmbedding {
  readonly #cos: tf.Tensor3D;
  readonly #sin: tf.Tensor3D;
  readonly seqLen: number;
  readonly headSize: number;

  constructor({ headSize, seqLen, theta = 10_000 }: RotaryEmbeddingOptions) {
    if (headSize % 2 !== 0) throw new RangeError(`RotaryEmbedding: headSize is ${headSize}, expected an even number`);
    const half = headSize / 2;
    const cos = new Float32Array(seqLen * half);
    const sin = new Float32Array(seqLen * half);
    for (let position = 0; position < seqLen; position++) {
      for (let i = 0; i < half; i++) {
        // Rounded to float32 where PyTorch rounds, so that far positions get the same angle.
        const frequency = Math.fround(1 / Math.fround(theta ** ((2 * i) / headSize)));
        const angle = Math.fround(position * frequency);
        cos[position * half + i] = Math.cos(angle);
        sin[position * half + i] = Math.sin(angle);
      }
    }
    this.seqLen = seqLen;
    this.headSize = headSize;
    this.#cos = tf.keep(tf.tensor3d(cos, [seqLen, 1, half]));
    this.#sin = tf.keep(tf.tensor3d(sin, [seqLen, 1, half]));
  }

  /** @param x `[batch, seqLen, heads, headSize]`; @returns the same shape. */
  apply(x: tf.Tensor4D): tf.Tensor4D {
    expectShape('RotaryEmbedding', x, ['batch', this.seqLen, 'heads', this.headSize]);
    const cos = this.#cos;
    const sin = this.#sin;
    const rotate = (vectors: tf.Tensor, back: boolean) => {
      const [first, second] = tf.split(vectors, 2, -1) as [tf.Tensor, tf.Tensor];
      const [plus, minus] = back ? [tf.add, tf.sub] : [tf.sub, tf.add];
      return tf.concat(
        [plus(tf.mul(first, cos), tf.mul(second, sin)), minus(tf.mul(second, cos), tf.mul(first, sin))],
        -1,
      );
    };
    // The gradient of a rotation is the rotation back.
    const rotation = tf.customGrad((...inputs) => ({
      value: rotate(inputs[0] as tf.Tensor, false),
      gradFunc: (dy) => rotate(dy, true),
    }));
    return rotation(x) as tf.Tensor4D;
  }

  dispose(): void {
    this.#cos.dispose();
    this.#sin.dispose();
  }
}
