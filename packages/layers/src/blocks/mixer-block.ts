import * as tf from '@tensorflow/tfjs-core';
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

/** Options of {@link mixerBlock}, for both sublayers. The defaults give the official TRM's block. */
export interface MixerBlockOptions extends ResidualOptions, FeedForwardOptions {}

/** The block that {@link mixerBlock} makes. */
class MixerBlock implements Block {
  readonly parameters: {
    positionMixer: FeedForward;
    positionResidual: Residual;
    feedForward: FeedForward;
    feedForwardResidual: Residual;
  } & Record<string, Layer>;
  readonly #seqLen: number;
  readonly #hiddenSize: number;

  constructor(options: MixerBlockOptions, context: BlockContext) {
    expectBlockContext('mixerBlock', context);
    const { hiddenSize, seqLen, random, isLast = true } = context;
    this.parameters = {
      positionMixer: makeFeedForward(options, { hiddenSize: seqLen, random }),
      positionResidual: makeResidual(options, seqLen),
      feedForward: makeFeedForward(options, { hiddenSize, random }),
      feedForwardResidual: makeResidual(options, hiddenSize, { last: isLast }),
    };
    this.#seqLen = seqLen;
    this.#hiddenSize = hiddenSize;
  }

  apply(hidden: tf.Tensor3D): tf.Tensor3D {
    expectShape(
      'mixerBlock',
      hidden,
      ['batch', this.#seqLen, this.#hiddenSize],
      'the block fits one sequence length only',
    );
    const { positionMixer, positionResidual, feedForward, feedForwardResidual } = this.parameters;
    return tf.tidy(() => {
      const byPosition = tf.transpose(hidden, [0, 2, 1]);
      const mixed = positionResidual.apply(byPosition, (x) => positionMixer.apply(x));
      const byHidden = tf.transpose(mixed, [0, 2, 1]);
      return feedForwardResidual.apply(byHidden, (x) => feedForward.apply(x));
    });
  }
}

/**
 * Makes TRM's mixer blocks: a SwiGLU over the positions, then one over the hidden axis, both post-norm. The first
 * computes and normalises over the last axis of `[batch, hidden, seq]`. It needs no position embedding, and works for
 * one sequence length only. On small Sudoku it learns several times faster than attention. Pass it to a model as its
 * `block`.
 *
 * In a config: `{ "type": "mixer" }`.
 *
 * Source: official TRM, `models/recursive_reasoning/trm.py`, `TinyRecursiveReasoningModel_ACTV1Block` with `mlp_t`.
 *
 * @throws RangeError for unknown options.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, mixerBlock } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 5, random: new RandomStream(0) };
 * const block = mixerBlock()(context);
 * console.log(block.apply(tf.ones([2, 5, 16])).shape); // [2, 5, 16]
 * ```
 */
export function mixerBlock(options: MixerBlockOptions = {}): BlockFactory {
  expectOptions('mixerBlock', options, [...FEED_FORWARD_OPTIONS, ...RESIDUAL_OPTIONS]);
  return (context) => new MixerBlock(options, context);
}
