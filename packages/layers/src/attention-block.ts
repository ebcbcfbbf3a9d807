import * as tf from '@tensorflow/tfjs-core';
import { Attention } from './attention';
import type { Block, BlockContext, BlockFactory } from './block';
import type { Layer } from './layer';
import { rmsNorm } from './rms-norm';
import { SwiGLU } from './swiglu';

/** Choices of {@link attentionBlock}. */
export interface AttentionBlockOptions {
  heads: number;
  /** Key and value heads. Default `heads`. */
  keyValueHeads?: number;
  /** Inner width of the feed-forward layer. Default 4. */
  expansion?: number;
  /** Default 1e-5. */
  normEpsilon?: number;
}

/**
 * HRM's transformer block: self-attention, then SwiGLU, each added to its input and normalised after (post-norm).
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `HierarchicalReasoningModel_ACTV1Block`.
 */
export class AttentionBlock implements Block {
  readonly parameters: { attention: Attention; feedForward: SwiGLU } & Record<string, Layer>;
  readonly #normEpsilon: number;

  constructor(
    { heads, keyValueHeads, expansion = 4, normEpsilon = 1e-5 }: AttentionBlockOptions,
    { hiddenSize, rotary, random }: BlockContext,
  ) {
    const headSize = hiddenSize / heads;
    this.parameters = {
      attention: new Attention({ hiddenSize, heads, keyValueHeads, rotary: rotary(headSize), random }),
      feedForward: new SwiGLU({ hiddenSize, expansion, random }),
    };
    this.#normEpsilon = normEpsilon;
  }

  apply(hidden: tf.Tensor3D): tf.Tensor3D {
    const { attention, feedForward } = this.parameters;
    return tf.tidy(() => {
      const attended = rmsNorm(tf.add(hidden, attention.apply(hidden)), this.#normEpsilon);
      return rmsNorm(tf.add(attended, feedForward.apply(attended)), this.#normEpsilon) as tf.Tensor3D;
    });
  }
}

/**
 * Makes {@link AttentionBlock}s: pass it to a model as its `block`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, attentionBlock } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 5, rotary: () => undefined, random: new RandomStream(0) };
 * const block = attentionBlock({ heads: 2 })(context);
 * console.log(block.apply(tf.ones([2, 5, 16])).shape); // [2, 5, 16]
 * ```
 */
export function attentionBlock(options: AttentionBlockOptions): BlockFactory {
  return (context) => new AttentionBlock(options, context);
}
