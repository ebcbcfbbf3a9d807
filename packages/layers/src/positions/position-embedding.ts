import * as tf from '@tensorflow/tfjs-core';
import { expectLayerOptions } from '../checks/expect-options';
import { expectRandom } from '../checks/expect-random';
import { expectSizes } from '../checks/expect-sizes';
import { expectShape } from '../checks/shape-error';
import type { Layer } from '../layer';
import type { RandomStream } from '../random/random-stream';
import { truncatedNormal } from '../random/truncated-normal';

/** Options of {@link PositionEmbedding}. */
export interface PositionEmbeddingOptions {
  /** Number of positions, including the puzzle-embedding prefix. */
  seqLen: number;
  hiddenSize: number;
  random: RandomStream;
}

/**
 * Adds a learned vector for each position to the embeddings and scales the sum by `1 / sqrt(2)`, which keeps the
 * variance.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `_input_embeddings`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { PositionEmbedding, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const positions = new PositionEmbedding({ seqLen: 5, hiddenSize: 8, random: new RandomStream(0) });
 * console.log(positions.apply(tf.zeros([2, 5, 8])).shape); // [2, 5, 8]
 * ```
 */
export class PositionEmbedding implements Layer {
  readonly kind = 'embedding';
  readonly parameters: { weight: tf.Variable<tf.Rank.R2> };

  constructor(options: PositionEmbeddingOptions) {
    expectLayerOptions('PositionEmbedding', options, ['seqLen', 'hiddenSize', 'random']);
    const { seqLen, hiddenSize, random } = options;
    expectSizes('PositionEmbedding', { seqLen, hiddenSize });
    expectRandom('PositionEmbedding', random);
    const std = 1 / Math.sqrt(hiddenSize);
    this.parameters = {
      weight: tf.tidy(() => tf.variable(truncatedNormal({ shape: [seqLen, hiddenSize], std, random }))),
    };
  }

  /** @param embedded `[batch, seqLen, hiddenSize]`; @returns the same shape. */
  apply(embedded: tf.Tensor3D): tf.Tensor3D {
    const { weight } = this.parameters;
    expectShape('PositionEmbedding', embedded, ['batch', ...weight.shape]);
    return tf.tidy(() => tf.mul(Math.SQRT1_2, tf.add(embedded, weight)));
  }
}
