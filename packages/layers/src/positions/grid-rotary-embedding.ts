import type * as tf from '@tensorflow/tfjs-core';
import { expectOptionsObject } from '../checks/expect-options';
import { expectShape } from '../checks/shape-error';
import type { PositionRotation } from './position-rotation';
import { angleTables, rotateHalves, waveAngle, type AngleTables } from './rotate-halves';

/** Sizes of a {@link GridRotaryEmbedding}. */
export interface GridRotaryEmbeddingOptions {
  /** A multiple of 4: two halves for two axes, and two numbers a wave. */
  headSize: number;
  rows: number;
  columns: number;
  /** Positions in front of the grid, such as those of the puzzle embedding: they are not turned. Default 0. */
  prefixLen?: number;
  /** Base of each axis' geometric series of wavelengths. Default 10,000. */
  theta?: number;
}

/**
 * Rotary position embedding for grids read row by row, such as Sudoku and mazes: half of every head's numbers are
 * turned by the cell's row, half by its column, so that attention sees how far apart two cells are along each axis.
 * Each axis has a whole series of wavelengths of its own. Not trained. Use it where a {@link RotaryEmbedding} stands.
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
    expectOptionsObject('GridRotaryEmbedding', options, ['headSize', 'rows', 'columns', 'prefixLen', 'theta']);
    const { headSize, rows, columns, prefixLen = 0, theta = 10_000 } = options;
    if (!Number.isInteger(headSize) || headSize < 4 || headSize % 4 !== 0) {
      throw new RangeError(`GridRotaryEmbedding: headSize is ${headSize}, expected a multiple of 4`);
    }
    for (const [name, value, least] of [
      ['rows', rows, 1],
      ['columns', columns, 1],
      ['prefixLen', prefixLen, 0],
    ] as const) {
      if (!Number.isInteger(value) || value < least) {
        throw new RangeError(`GridRotaryEmbedding: ${name} is ${value}, expected a whole number of at least ${least}`);
      }
    }
    this.seqLen = prefixLen + rows * columns;
    this.headSize = headSize;
    // Of the pairs that are turned, the first half tells the row and the second the column.
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
    this.#tables.cos.dispose();
    this.#tables.sin.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
