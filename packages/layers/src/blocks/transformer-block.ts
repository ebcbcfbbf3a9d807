import * as tf from '@tensorflow/tfjs-core';
import { expectShape } from '../checks/shape-error';
import { makeFeedForward, type FeedForwardOptions } from '../feed-forward/feed-forward';
import type { Layer } from '../layer';
import type { Block, BlockContext } from './block';
import { makeResidual, type ResidualOptions } from './make-residual';

/** A layer through which positions exchange messages: attention, a convolution or pooling. */
interface PositionLayer extends Layer {
  apply(x: tf.Tensor3D): tf.Tensor3D;
}

/**
 * A block of HRM's form: a layer over the positions, then a feed-forward layer, each with a residual connection.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `HierarchicalReasoningModel_ACTV1Block`.
 */
export class TransformerBlock implements Block {
  readonly parameters: { readonly [name: string]: Layer };
  readonly #apply: (hidden: tf.Tensor3D) => tf.Tensor3D;

  /**
   * @param owner the function that makes the block, for messages.
   * @param name the name of the first layer among the parameters. That of its connection ends in `Residual`.
   */
  constructor(
    owner: string,
    name: string,
    layer: PositionLayer,
    options: ResidualOptions & FeedForwardOptions,
    { hiddenSize, random, isLast = true }: BlockContext,
  ) {
    const residual = makeResidual(options, hiddenSize);
    const feedForward = makeFeedForward(options, { hiddenSize, random });
    const feedForwardResidual = makeResidual(options, hiddenSize, { last: isLast });
    this.parameters = { [name]: layer, [`${name}Residual`]: residual, feedForward, feedForwardResidual };
    this.#apply = (hidden) => {
      expectShape(owner, hidden, ['batch', 'seq', hiddenSize]);
      const mixed = residual.apply(hidden, (x) => layer.apply(x));
      return feedForwardResidual.apply(mixed, (x) => feedForward.apply(x));
    };
  }

  apply(hidden: tf.Tensor3D): tf.Tensor3D {
    return tf.tidy(() => this.#apply(hidden));
  }
}
