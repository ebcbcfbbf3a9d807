import * as tf from '@tensorflow/tfjs-core';
import { Attention, evenHeadSize } from '../attention/attention';
import { usualHeads } from '../attention/usual-heads';
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

/** Choices of {@link attentionBlock}. Without any it is the official HRM's block, its heads 64 wide. */
export interface AttentionBlockOptions extends ResidualOptions, FeedForwardOptions {
  /**
   * How many heads share the hidden size. Default: as near as can be to `hiddenSize / 64`, so that each is 64
   * wide, or nearly so.
   */
  heads?: number;
  /** Key and value heads; fewer than `heads` make it grouped-query attention. Default `heads`. */
  keyValueHeads?: number;
}

function attentionOf(options: AttentionBlockOptions, { hiddenSize, rotary, random }: BlockContext): Attention {
  const { heads = usualHeads(hiddenSize), keyValueHeads } = options;
  return new Attention({
    hiddenSize,
    heads,
    keyValueHeads,
    rotary: rotary?.(evenHeadSize(hiddenSize, heads)),
    random,
  });
}

/** A block that attends, see {@link attentionBlock}. */
export class AttentionBlock implements Block {
  readonly hiddenSize: number;
  readonly parameters: {
    attention: Attention;
    attentionResidual: Residual;
    feedForward: FeedForward;
    feedForwardResidual: Residual;
  } & Record<string, Layer>;

  /** @param attention what the block attends by. Default as the options have it. */
  constructor(options: AttentionBlockOptions, context: BlockContext, attention?: Attention) {
    expectBlockContext('attentionBlock', context);
    const { hiddenSize, random, isLast = true } = context;
    this.hiddenSize = hiddenSize;
    this.parameters = {
      attention: attention ?? attentionOf(options, context),
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
 * HRM's transformer block: self-attention, then a feed-forward layer, each added to its input and normalised. Pass it to
 * a model as its `block`.
 *
 * In a config: `{ "type": "attention", "heads": 8 }`.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `HierarchicalReasoningModel_ACTV1Block`.
 *
 * @throws RangeError for options that are not known.
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
