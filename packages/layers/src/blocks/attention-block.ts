import { Attention, evenHeadSize } from '../attention/attention';
import { defaultHeads } from '../attention/default-heads';
import { expectOptions } from '../checks/expect-options';
import { FEED_FORWARD_OPTIONS, type FeedForwardOptions } from '../feed-forward/feed-forward';
import { expectBlockContext, type BlockContext, type BlockFactory } from './block';
import { RESIDUAL_OPTIONS, type ResidualOptions } from './make-residual';
import { TransformerBlock } from './transformer-block';

/** Options of {@link attentionBlock}. The defaults give the official HRM's block, with heads of width 64. */
export interface AttentionBlockOptions extends ResidualOptions, FeedForwardOptions {
  /**
   * Number of heads. Default: the divisor of `hiddenSize` nearest to `hiddenSize / 64`, so that each head is about 64
   * wide.
   */
  heads?: number;
  /** Key and value heads; fewer than `heads` make it grouped-query attention. Default `heads`. */
  keyValueHeads?: number;
}

function makeAttention(options: AttentionBlockOptions, context: BlockContext): Attention {
  expectBlockContext('attentionBlock', context);
  const { hiddenSize, rotary, random } = context;
  const { heads = defaultHeads(hiddenSize), keyValueHeads } = options;
  return new Attention({
    hiddenSize,
    heads,
    keyValueHeads,
    rotary: rotary?.(evenHeadSize(hiddenSize, heads)),
    random,
  });
}

/**
 * Makes HRM's transformer blocks: self-attention, then a feed-forward layer, each added to its input and normalised.
 * Pass it to a model as its `block`.
 *
 * In a config: `{ "type": "attention", "heads": 8 }`.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `HierarchicalReasoningModel_ACTV1Block`.
 *
 * @throws RangeError for unknown options.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, attentionBlock } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 5, random: new RandomStream(0) };
 * const block = attentionBlock({ heads: 2 })(context);
 * console.log(block.apply(tf.ones([2, 5, 16])).shape); // [2, 5, 16]
 * ```
 */
export function attentionBlock(options: AttentionBlockOptions = {}): BlockFactory {
  expectOptions('attentionBlock', options, ['heads', 'keyValueHeads', ...FEED_FORWARD_OPTIONS, ...RESIDUAL_OPTIONS]);
  return (context) =>
    new TransformerBlock('attentionBlock', 'attention', makeAttention(options, context), options, context);
}
