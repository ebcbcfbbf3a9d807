import * as tf from '@tensorflow/tfjs-core';
import { expectLayerOptions } from '../checks/expect-options';
import { expectSizes } from '../checks/expect-sizes';
import { expectShape } from '../checks/shape-error';
import type { PositionRotation } from './position-rotation';
import { angleTables, rotateHalves, waveAngle, type AngleTables } from './rotate-halves';

/** Options of {@link GridRotaryEmbedding}. */
export interface GridRotaryEmbeddingOptions {
  /** A multiple of 4: there are two axes, and each wave takes two numbers. */
  headSize: number;
  rows: number;
  columns: number;
  /** Number of positions in front of the grid, such as the puzzle embedding's. They are not rotated. Default 0. */
  prefixLen?: number;
  /** Base of each axis's geometric series of wavelengths. Default 10,000. */
  theta?: number;
}

/**
 * Rotary position embedding for grids read row by row, such as Sudoku and mazes. Half of every head's numbers are
 * rotated by the cell's row, half by its column, so that attention sees how far apart two cells are along each axis.
 * Not trained. Use it in place of a {@link RotaryEmbedding}.
 *
 * Source: the axial form in "Rotary Position Embedding for Vision Transformer", arXiv 2403.13298.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Attention, GridRotaryEmbedding, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const rotary = new GridRotaryEmbedding({ headSize: 8, rows: 4, columns: 4, prefixLen: 1 });
 * const attention = new Attention({ hiddenSize: 16, heads: 2, rotary, random: new RandomStream(0) });
 * console.log(attention.apply(tf.ones([2, 17, 16])).shape); // [2, 17, 16]
 * rotary.dispose();
 * ```
 */
export class GridRotaryEmbedding implements PositionRotation {
  readonly #tables: AngleTables;
  readonly seqLen: number;
  readonly headSize: number;

  constructor(options: GridRotaryEmbeddingOptions) {
    expectLayerOptions('GridRotaryEmbedding', options, ['headSize', 'rows', 'columns', 'prefixLen', 'theta']);
    const { headSize, rows, columns, prefixLen = 0, theta = 10_000 } = options;
    if (!Number.isInteger(headSize) || headSize < 4 || headSize % 4 !== 0) {
      throw new RangeError(`GridRotaryEmbedding: headSize is ${headSize}, expected a multiple of 4`);
    }
    expectSizes('GridRotaryEmbedding', { rows, columns });
    expectSizes('GridRotaryEmbedding', { prefixLen }, 0);
    this.seqLen = prefixLen + rows * columns;
    this.headSize = headSize;
    // The first half of the rotated pairs encodes the row, the second half the column.
    const pairsOfAxis = headSize / 4;
    this.#tables = angleTables(this.seqLen, headSize, (position, pair) => {
      const cell = position - prefixLen;
      if (cell < 0) return 0;
      const [place, wave] =
        pair < pairsOfAxis ? [Math.floor(cell / columns), pair] : [cell % columns, pair - pairsOfAxis];
      return waveAngle(place, wave, headSize / 2, theta);
    });
  }

  /** @param x `[batch, prefixLen + rows * columns, heads, headSize]`; @returns the same shape. */
  apply(x: tf.Tensor4D): tf.Tensor4D {
    expectShape('GridRotaryEmbedding', x, ['batch', this.seqLen, 'heads', this.headSize]);
    return rotateHalves(x, this.#tables);
  }

  dispose(): void {
    tf.dispose(this.#tables);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
