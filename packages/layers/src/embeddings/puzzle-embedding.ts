import * as tf from '@tensorflow/tfjs-core';
import { expectLayerOptions } from '../checks/expect-options';
import { expectSizes } from '../checks/expect-sizes';
import { expectShape } from '../checks/shape-error';
import type { Layer } from '../layer';

/** Sizes of a {@link PuzzleEmbedding}. */
export interface PuzzleEmbeddingOptions {
  /** Number of puzzle identifiers, including the blank one, 0. */
  puzzles: number;
  /** Width of a puzzle's vector. */
  size: number;
  hiddenSize: number;
  /** Number of positions that hold the vector, in front of the sequence. Default `ceil(size / hiddenSize)`. */
  positions?: number;
}

/**
 * A learned vector for each puzzle identifier, as positions in front of the sequence, padded with zeros. It starts at
 * zero. Gradients are taken by the rows of a batch (see {@link PuzzleEmbedding.rows}), and a separate optimizer
 * (SignSGD) changes those rows only.
 *
 * Source: official HRM, `models/sparse_embedding.py`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { PuzzleEmbedding } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const puzzles = new PuzzleEmbedding({ puzzles: 3, size: 12, hiddenSize: 8 });
 * const rows = puzzles.rows(tf.tensor1d([2, 0], 'int32')); // [2, 12]
 * console.log(puzzles.apply(rows).shape); // [2, 2, 8]
 * ```
 */
export class PuzzleEmbedding implements Layer {
  readonly kind = 'embedding';
  readonly parameters: { weight: tf.Variable<tf.Rank.R2> };
  readonly positions: number;
  readonly #hiddenSize: number;

  constructor(options: PuzzleEmbeddingOptions) {
    expectLayerOptions('PuzzleEmbedding', options, ['puzzles', 'size', 'hiddenSize', 'positions']);
    const { puzzles, size, hiddenSize, positions = Math.ceil(size / hiddenSize) } = options;
    expectSizes('PuzzleEmbedding', { puzzles, size, hiddenSize, positions });
    if (positions * hiddenSize < size) {
      throw new RangeError(
        `PuzzleEmbedding: ${positions} positions of ${hiddenSize} cannot hold a vector of ${size}; give at least ${Math.ceil(size / hiddenSize)} positions`,
      );
    }
    this.positions = positions;
    this.#hiddenSize = hiddenSize;
    this.parameters = { weight: tf.tidy(() => tf.variable(tf.zeros([puzzles, size]), false)) };
  }

  /** Looks up the vectors of a batch. @param identifiers `[batch]`, int32; @returns `[batch, size]`. */
  rows(identifiers: tf.Tensor1D): tf.Tensor2D {
    return tf.gather(this.parameters.weight, identifiers);
  }

  /** Lays rows out as positions. @param rows `[batch, size]`; @returns `[batch, positions, hiddenSize]`. */
  apply(rows: tf.Tensor2D): tf.Tensor3D {
    expectShape('PuzzleEmbedding', rows, ['batch', this.parameters.weight.shape[1]]);
    const [batch, size] = rows.shape;
    return tf.tidy(() => {
      const missing = this.positions * this.#hiddenSize - size;
      const filled =
        missing > 0
          ? tf.pad(rows, [
              [0, 0],
              [0, missing],
            ])
          : rows;
      return tf.reshape(filled, [batch, this.positions, this.#hiddenSize]);
    });
  }
}
