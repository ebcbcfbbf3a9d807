import * as tf from '@tensorflow/tfjs-core';
import type { Block, BlockContext, BlockFactory } from './block';
import type { Layer } from './layer';
import { rmsNorm } from './rms-norm';
import { expectShape } from './shape-error';
import { SwiGLU } from './swiglu';

/** Choices of {@link mixerBlock}. */
export interface MixerBlockOptions {
  /** Inner width of both SwiGLU layers. Default 4. */
  expansion?: number;
  /** Default 1e-5. */
  normEpsilon?: number;
}

/**
 * TRM's mixer block: a SwiGLU over the positions in place of attention, then one over the hidden axis, both post-norm.
 * The first works, and is normalised, on `[batch, hidden, seq]`. It knows its positions by where they stand, so it
 * needs no position embedding, and is made for one sequence length.
 *
 * Source: official TRM, `models/recursive_reasoning/trm.py`, `TinyRecursiveReasoningModel_ACTV1Block` with `mlp_t`.
 */
export class MixerBlock implements Block {
  readonly parameters: { positionMixer: SwiGLU; feedForward: SwiGLU } & Record<string, Layer>;
  readonly #seqLen: number;
  readonly #hiddenSize: number;
  readonly #normEpsilon: number;

  constructor({ expansion = 4, normEpsilon = 1e-5 }: MixerBlockOptions, { hiddenSize, seqLen, random }: BlockContext) {
    this.parameters = {
      positionMixer: new SwiGLU({ hiddenSize: seqLen, expansion, random }),
      feedForward: new SwiGLU({ hiddenSize, expansion, random }),
    };
    this.#seqLen = seqLen;
    this.#hiddenSize = hiddenSize;
    this.#normEpsilon = normEpsilon;
  }

  apply(hidden: tf.Tensor3D): tf.Tensor3D {
    expectShape('MixerBlock', hidden, ['batch', this.#seqLen, this.#hiddenSize], 'it is made for one sequence length');
    const { positionMixer, feedForward } = this.parameters;
    return tf.tidy(() => {
      const byPosition = tf.transpose(hidden, [0, 2, 1]);
      const mixed = rmsNorm(tf.add(byPosition, positionMixer.apply(byPosition)), this.#normEpsilon);
      const byHidden = tf.transpose(mixed, [0, 2, 1]) as tf.Tensor3D;
      return rmsNorm(tf.add(byHidden, feedForward.apply(byHidden)), this.#normEpsilon) as tf.Tensor3D;
    });
  }
}

/**
 * Makes {@link MixerBlock}s: pass it to a model as its `block`. On small Sudoku it learns several times faster than
 * attention.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, mixerBlock } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 5, rotary: () => undefined, random: new RandomStream(0) };
 * const block = mixerBlock()(context);
 * console.log(block.apply(tf.ones([2, 5, 16])).shape); // [2, 5, 16]
 * ```
 */
export function mixerBlock(options: MixerBlockOptions = {}): BlockFactory {
  return (context) => new MixerBlock(options, context);
}
