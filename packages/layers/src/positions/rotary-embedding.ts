import * as tf from '@tensorflow/tfjs-core';
import { expectLayerOptions } from '../checks/expect-options';
import { expectSizes } from '../checks/expect-sizes';
import { expectShape } from '../checks/shape-error';
import type { PositionRotation } from './position-rotation';
import { angleTables, rotateHalves, waveAngle, type AngleTables } from './rotate-halves';

/** Options of {@link RotaryEmbedding}. */
export interface RotaryEmbeddingOptions {
  headSize: number;
  /** Number of positions, including the puzzle-embedding prefix. */
  seqLen: number;
  /** Base of the geometric series of wavelengths. Default 10,000. */
  theta?: number;
}

/**
 * Rotary position embedding (RoPE): rotates element i of every head's vector with element `i + headSize / 2` by an
 * angle that grows with the position. It pairs halves, not neighbours. Not trained.
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
export class RotaryEmbedding implements PositionRotation {
  readonly #tables: AngleTables;
  readonly seqLen: number;
  readonly headSize: number;

  constructor(options: RotaryEmbeddingOptions) {
    expectLayerOptions('RotaryEmbedding', options, ['headSize', 'seqLen', 'theta']);
    const { headSize, seqLen, theta = 10_000 } = options;
    expectSizes('RotaryEmbedding', { headSize, seqLen });
    if (headSize % 2 !== 0) throw new RangeError(`RotaryEmbedding: headSize is ${headSize}, expected an even number`);
    this.seqLen = seqLen;
    this.headSize = headSize;
    this.#tables = angleTables(seqLen, headSize, (position, pair) => waveAngle(position, pair, headSize, theta));
  }

  /** @param x `[batch, seqLen, heads, headSize]`; @returns the same shape. */
  apply(x: tf.Tensor4D): tf.Tensor4D {
    expectShape('RotaryEmbedding', x, ['batch', this.seqLen, 'heads', this.headSize]);
    return rotateHalves(x, this.#tables);
  }

  dispose(): void {
    tf.dispose(this.#tables);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
