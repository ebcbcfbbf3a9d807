import * as tf from '@tensorflow/tfjs-core';
import { customGradient } from '../autodiff/custom-gradient';
import { matMul } from '../autodiff/mat-mul';
import { expectLayerOptions } from '../checks/expect-options';
import { expectRandom } from '../checks/expect-random';
import { expectSizes } from '../checks/expect-sizes';
import { expectShape } from '../checks/shape-error';
import type { Layer } from '../layer';
import type { RandomStream } from '../random/random-stream';
import { truncatedNormal } from '../random/truncated-normal';

/** Looks up rows of a table, with a gradient for every backend: WebAssembly has no segment sum. */
function lookUp(table: tf.Tensor2D, indices: tf.Tensor1D): tf.Tensor2D {
  const [count] = table.shape;
  const rows = customGradient(
    (weights: tf.Tensor2D) => ({ value: tf.gather(weights, indices), saved: [indices] }),
    (dy, [indices]) => {
      // Cast, because WebAssembly always makes integers here.
      const oneHot = tf.cast(tf.oneHot(indices, count), 'float32');
      return [matMul(tf.transpose(oneHot), dy)];
    },
  );
  return rows(table);
}

/** Options of {@link TokenEmbedding}. */
export interface TokenEmbeddingOptions {
  vocabSize: number;
  hiddenSize: number;
  random: RandomStream;
}

/**
 * A learned vector for each token, `[vocabSize, hiddenSize]`. It starts as a truncated normal of standard deviation
 * `1 / sqrt(hiddenSize)`.
 *
 * Source: official HRM, `models/layers.py`, `CastedEmbedding`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, TokenEmbedding } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const embedding = new TokenEmbedding({ vocabSize: 6, hiddenSize: 8, random: new RandomStream(0) });
 * console.log(embedding.apply(tf.tensor2d([[1, 5, 2]], [1, 3], 'int32')).shape); // [1, 3, 8]
 * ```
 */
export class TokenEmbedding implements Layer {
  readonly kind = 'embedding';
  readonly parameters: { weight: tf.Variable<tf.Rank.R2> };

  constructor(options: TokenEmbeddingOptions) {
    expectLayerOptions('TokenEmbedding', options, ['vocabSize', 'hiddenSize', 'random']);
    const { vocabSize, hiddenSize, random } = options;
    expectSizes('TokenEmbedding', { vocabSize, hiddenSize });
    expectRandom('TokenEmbedding', random);
    const std = 1 / Math.sqrt(hiddenSize);
    this.parameters = {
      weight: tf.tidy(() => tf.variable(truncatedNormal({ shape: [vocabSize, hiddenSize], std, random }))),
    };
  }

  /** @param tokens `[batch, seq]`, int32; @returns `[batch, seq, hiddenSize]`. */
  apply(tokens: tf.Tensor2D): tf.Tensor3D {
    const { weight } = this.parameters;
    expectShape('TokenEmbedding', tokens, ['batch', 'seq']);
    return tf.tidy(() => {
      const rows = lookUp(weight, tf.reshape(tokens, [-1]));
      return tf.reshape(rows, [...tokens.shape, weight.shape[1]] as [number, number, number]);
    });
  }
}
