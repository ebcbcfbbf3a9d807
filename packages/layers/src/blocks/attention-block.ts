import * as tf from '@tensorflow/tfjs-core';
import { Attention, evenHeadSize } from '../attention/attention';
import { defaultHeads } from '../attention/default-heads';
import { expectOptions } from '../checks/expect-options';
import { expectShape } from '../checks/shape-error';
import {
  FEED_FORWARD_OPTIONS,
  makeFeedForward,
  type FeedForward,
  type FeedForwardOptions,
} from '../feed-forward/feed-forward';
import type { Layer } from '../layer';
import { expectBlockContext, type Block, type BlockContext, type BlockFactory } from './block';
import { makeResidual, RESIDUAL_OPTIONS, type ResidualOptions } from './make-residual';
import type { Residual } from './residual';

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

function makeAttention(options: AttentionBlockOptions, { hiddenSize, rotary, random }: BlockContext): Attention {
  const { heads = defaultHeads(hiddenSize), keyValueHeads } = options;
  return new Attention({
    hiddenSize,
    heads,
    keyValueHeads,
    rotary: rotary?.(evenHeadSize(hiddenSize, heads)),
    random,
  });
}

/** The block that {@link attentionBlock} makes. */
export class AttentionBlock implements Block {
  readonly hiddenSize: number;
  readonly parameters: {
    attention: Attention;
    attentionResidual: Residual;
    feedForward: FeedForward;
    feedForwardResidual: Residual;
  } & Record<string, Layer>;

  /** @param attention the attention layer. Default: made from the options. */
  constructor(options: AttentionBlockOptions, context: BlockContext, attention?: Attention) {
    expectBlockContext('attentionBlock', context);
    const { hiddenSize, random, isLast = true } = context;
    this.hiddenSize = hiddenSize;
    this.parameters = {
      attention: attention ?? makeAttention(options, context),
      attentionResidual: makeResidual(options, hiddenSize),
      feedForward: makeFeedForward(options, { hiddenSize, random }),
      feedForwardResidual: makeResidual(options, hiddenSize, { last: isLast }),
    };
  }

  apply(hidden: tf.Tensor3D): tf.Tensor3D {
    expectShape('attentionBlock', hidden, ['batch', 'seq', this.hiddenSize]);
    const { attention, attentionResidual, feedForward, feedForwardResidual } = this.parameters;
    return tf.tidy(() => {
      const attended = attentionResidual.apply(hidden, (x) => attention.apply(x));
      return feedForwardResidual.apply(attended, (x) => feedForward.apply(x));
    });
  }
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
  return (context) => new AttentionBlock(options, context);
}
