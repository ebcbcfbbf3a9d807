import { expectOptions } from '../checks/expect-options';
import { FEED_FORWARD_OPTIONS, type FeedForwardOptions } from '../feed-forward/feed-forward';
import { GridConvolution } from '../grids/grid-convolution';
import type { Grid } from '../grids/relation';
import { expectBlockContext, type BlockContext, type BlockFactory } from './block';
import { RESIDUAL_OPTIONS, type ResidualOptions } from './make-residual';
import { TransformerBlock } from './transformer-block';

/** Options of {@link convBlock}. */
export interface ConvBlockOptions extends ResidualOptions, FeedForwardOptions {
  /** The puzzle's grid, read row by row. */
  grid: Pick<Grid, 'rows' | 'columns'>;
  /** Side of the square that a cell sees; odd. Default 3. */
  kernelSize?: number;
}

/** The convolution over the grid, which is in the last positions. */
function makeConvolution({ grid, kernelSize }: ConvBlockOptions, context: BlockContext): GridConvolution {
  expectBlockContext('convBlock', context);
  const { hiddenSize, seqLen, random } = context;
  const prefixLen = seqLen - grid.rows * grid.columns;
  if (!(prefixLen >= 0)) {
    throw new RangeError(
      `convBlock: a grid of ${grid.rows} rows and ${grid.columns} columns does not fit into ${seqLen} positions`,
    );
  }
  return new GridConvolution({
    hiddenSize,
    grid,
    prefixLen,
    random,
    ...(kernelSize !== undefined && { kernelSize }),
  });
}

/**
 * Makes blocks for grids: a convolution over each cell's neighbourhood, then a feed-forward layer, each added to its
 * input and normalised. A cell sees only its surroundings, so what a model learns on small grids, such as mazes, also
 * works on large ones. Give the model `positions: 'none'`.
 *
 * In a config: `{ "type": "conv", "grid": { "rows": 15, "columns": 15 } }`.
 *
 * Source: Bansal et al. 2022, "End-to-end Algorithm Synthesis with Recurrent Networks".
 *
 * @throws RangeError for unknown options, or for a grid that is missing or does not fit the puzzle.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { convBlock, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 12, random: new RandomStream(0) };
 * const block = convBlock({ grid: { rows: 3, columns: 4 } })(context);
 * console.log(block.apply(tf.ones([2, 12, 16])).shape); // [2, 12, 16]
 * ```
 */
export function convBlock(options: ConvBlockOptions): BlockFactory {
  expectOptions('convBlock', options, ['grid', 'kernelSize', ...FEED_FORWARD_OPTIONS, ...RESIDUAL_OPTIONS]);
  if (typeof options.grid !== 'object' || options.grid === null) {
    throw new RangeError('convBlock: grid is missing, expected its size, such as { rows: 9, columns: 9 }');
  }
  return (context) =>
    new TransformerBlock('convBlock', 'convolution', makeConvolution(options, context), options, context);
}
