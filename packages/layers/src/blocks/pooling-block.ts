import { expectOptions } from '../checks/expect-options';
import { FEED_FORWARD_OPTIONS, type FeedForwardOptions } from '../feed-forward/feed-forward';
import { AXIS_POOLING_OPTIONS, AxisPooling, type AxisPoolingOptions } from '../grids/axis-pooling';
import { expectBlockContext, type BlockContext, type BlockFactory } from './block';
import { RESIDUAL_OPTIONS, type ResidualOptions } from './make-residual';
import { TransformerBlock } from './transformer-block';

/** Options of {@link poolingBlock}. */
export interface PoolingBlockOptions
  extends Omit<AxisPoolingOptions, 'hiddenSize' | 'random'>, ResidualOptions, FeedForwardOptions {}

/** The pooling over the model's positions. */
function makePooling({ axes, pools, messageSize }: PoolingBlockOptions, context: BlockContext): AxisPooling {
  expectBlockContext('poolingBlock', context);
  const { hiddenSize, seqLen, random } = context;
  const pooling = new AxisPooling({
    hiddenSize,
    axes,
    pools,
    random,
    ...(messageSize !== undefined && { messageSize }),
  });
  if (pooling.positions === seqLen) return pooling;
  throw new RangeError(
    `poolingBlock: axes of ${axes.join(' x ')} make ${pooling.positions} positions, but the model has ${seqLen}`,
  );
}

/**
 * Makes blocks whose positions exchange messages within groups, by {@link AxisPooling} instead of attention; the rest
 * is HRM's block. For Sudoku, let each cell be a position for each digit (`candidates` of a model): with the axes
 * `[box row, row, box column, column, digit]`, the digits of a cell, and the same digit in a row, a column and a box are
 * groups. Such a model knows all symmetries of Sudoku, and 29,000 parameters suffice.
 *
 * In a config: `{ "type": "pooling", "axes": [3, 3, 3, 3, 9], "pools": [[4], [2, 3], [0, 1], [1, 3]] }`.
 *
 * @throws TypeError, RangeError for unknown or invalid options, and for axes that do not make the model's positions.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { poolingBlock, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 8, seqLen: 64, random: new RandomStream(0) };
 * const block = poolingBlock({ axes: [2, 2, 2, 2, 4], pools: [[4], [2, 3], [0, 1], [1, 3]] })(context);
 * console.log(block.apply(tf.ones([2, 64, 8])).shape); // [2, 64, 8]
 * ```
 */
export function poolingBlock(options: PoolingBlockOptions): BlockFactory {
  expectOptions('poolingBlock', options, [...AXIS_POOLING_OPTIONS, ...FEED_FORWARD_OPTIONS, ...RESIDUAL_OPTIONS]);
  return (context) => new TransformerBlock('poolingBlock', 'pooling', makePooling(options, context), options, context);
}
