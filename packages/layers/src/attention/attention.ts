import * as tf from '@tensorflow/tfjs-core';
import { expectLayerOptions } from '../checks/expect-options';
import { expectRandom } from '../checks/expect-random';
import { expectSizes } from '../checks/expect-sizes';
import { expectShape } from '../checks/shape-error';
import type { Layer } from '../layer';
import { Linear } from '../linear';
import type { PositionRotation } from '../positions/position-rotation';
import type { RandomStream } from '../random/random-stream';
import { splitTensor } from '../split-tensor';
import { dotProductAttention } from './dot-product-attention';

/** Sizes and parts of {@link Attention}. */
export interface AttentionOptions {
  hiddenSize: number;
  heads: number;
  /** Key and value heads, each shared by `heads / keyValueHeads` query heads. Default `heads`. */
  keyValueHeads?: number;
  /** Width of a head. Default `hiddenSize / heads`. */
  headSize?: number;
  /** Rotates queries and keys by their position. Default none. */
  rotary?: PositionRotation | undefined;
  /**
   * Added to each head's attention scores, `[heads or 1, seq, seq]`; -1e9 blocks a pair of positions. A constant that
   * the layer owns: `disposeParameters` frees it. Default none.
   */
  bias?: tf.Tensor3D | undefined;
  random: RandomStream;
}

/** The width of each of `heads` heads that share `hiddenSize` numbers. */
export function evenHeadSize(hiddenSize: number, heads: number): number {
  const headSize = hiddenSize / heads;
  if (!Number.isInteger(headSize) || headSize < 1) {
    throw new RangeError(
      `Attention: hiddenSize ${hiddenSize} does not divide by ${heads} heads; choose a divisor or give headSize`,
    );
  }
  return headSize;
}

/**
 * Multi-head self-attention. Every position attends to every position that the bias does not block. Queries, keys and
 * values are one matrix, in this order. With fewer key/value heads than query heads it is grouped-query attention.
 *
 * Source: official HRM, `models/layers.py`, `Attention`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Attention, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const layer = new Attention({ hiddenSize: 16, heads: 4, keyValueHeads: 2, random: new RandomStream(0) });
 * console.log(layer.apply(tf.ones([2, 5, 16])).shape); // [2, 5, 16]
 * ```
 */
export class Attention implements Layer {
  readonly parameters: { queryKeyValue: Linear; output: Linear };
  readonly hiddenSize: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly constants: readonly tf.Tensor[];
  readonly #rotary: PositionRotation | undefined;
  readonly #bias: tf.Tensor3D | undefined;

  constructor(options: AttentionOptions) {
    expectLayerOptions('Attention', options, [
      'hiddenSize',
      'heads',
      'keyValueHeads',
      'headSize',
      'rotary',
      'bias',
      'random',
    ]);
    const { hiddenSize, heads, keyValueHeads = heads, rotary, bias, random } = options;
    expectSizes('Attention', { hiddenSize, heads, keyValueHeads });
    const { headSize = evenHeadSize(hiddenSize, heads) } = options;
    expectSizes('Attention', { headSize });
    expectRandom('Attention', random);
    if (!(keyValueHeads >= 1 && heads % keyValueHeads === 0)) {
      throw new RangeError(`Attention: heads is ${heads}, expected a multiple of keyValueHeads, ${keyValueHeads}`);
    }
    if (rotary && rotary.headSize !== headSize) {
      throw new RangeError(
        `Attention: the rotary embedding has headSize ${rotary.headSize}, expected ${headSize}, as the heads`,
      );
    }
    this.hiddenSize = hiddenSize;
    this.heads = heads;
    this.keyValueHeads = keyValueHeads;
    this.headSize = headSize;
    if (bias && bias.shape[0] !== 1 && bias.shape[0] !== heads) {
      throw new RangeError(`Attention: the bias is for ${bias.shape[0]} heads, expected ${heads}, or 1 for all`);
    }
    this.#rotary = rotary;
    this.#bias = bias;
    this.constants = bias ? [bias] : [];
    this.parameters = {
      queryKeyValue: new Linear({ inputSize: hiddenSize, outputSize: (heads + 2 * keyValueHeads) * headSize, random }),
      output: new Linear({ inputSize: heads * headSize, outputSize: hiddenSize, random }),
    };
  }

  /** @param x `[batch, seq, hiddenSize]`; @returns the same shape. */
  apply(x: tf.Tensor3D): tf.Tensor3D {
    expectShape('Attention', x, ['batch', 'seq', this.hiddenSize]);
    const { heads, keyValueHeads, headSize } = this;
    const { queryKeyValue, output } = this.parameters;
    const [batch, seq] = x.shape;
    const group = heads / keyValueHeads;

    return tf.tidy(() => {
      const projected: tf.Tensor4D = tf.reshape(queryKeyValue.apply(x), [
        batch,
        seq,
        heads + 2 * keyValueHeads,
        headSize,
      ]);
      const [query, key, value] = splitTensor(projected, [heads, keyValueHeads, keyValueHeads], 2);
      // Queries and keys are rotated separately, so that a compiler can write each in the layout of the products below.
      const rotate = (heads: tf.Tensor4D) => this.#rotary?.apply(heads) ?? heads;
      const scaledQuery = tf.mul(rotate(query), 1 / Math.sqrt(headSize));

      // The query heads of a group are stacked, so that each key/value head takes one matrix product.
      const grouped = tf.transpose(
        tf.reshape(scaledQuery, [batch, seq, keyValueHeads, group, headSize]),
        [0, 2, 3, 1, 4],
      );
      const queries: tf.Tensor4D = tf.reshape(grouped, [batch, keyValueHeads, group * seq, headSize]);
      const attended = dotProductAttention(
        queries,
        tf.transpose(rotate(key), [0, 2, 1, 3]),
        tf.transpose(value, [0, 2, 1, 3]),
        this.#groupedBias(seq),
      );
      const byPosition = tf.transpose(
        tf.reshape(attended, [batch, keyValueHeads, group, seq, headSize]),
        [0, 3, 1, 2, 4],
      );
      return output.apply(tf.reshape(byPosition, [batch, seq, heads * headSize]));
    });
  }

  /** The bias in the layout of the grouped queries, `[keyValueHeads or 1, group * seq or seq, seq]`. */
  #groupedBias(seq: number): tf.Tensor | undefined {
    const bias = this.#bias;
    if (!bias) return undefined;
    expectShape('Attention, bias', bias, [bias.shape[0], seq, seq], 'the bias fits one sequence length only');
    const group = this.heads / this.keyValueHeads;
    if (group === 1) return bias;
    const everyHead = bias.shape[0] === 1 ? tf.tile(bias, [this.heads, 1, 1]) : bias;
    return tf.reshape(everyHead, [this.keyValueHeads, group * seq, seq]);
  }
}
