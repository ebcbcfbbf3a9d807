import * as tf from '@tensorflow/tfjs-core';
import { expectShape, type Block, type BlockContext, type BlockFactory, type Layer } from '@hrm/layers';
import { expectFactory, expectLayer, expectOptions, expectSizes, noteVariables } from '@hrm/layers/internal';

/** f_L or f_H: computes a new latent from the old one and an injection. */
export interface Refiner extends Layer {
  /**
   * @param latent `[batch, seq, hidden]`
   * @param injection `[batch, seq, hidden]`
   * @returns the refined latent, of the same shape.
   */
  apply(latent: tf.Tensor3D, injection: tf.Tensor3D): tf.Tensor3D;
}

/** More would take hours to make and compile. */
const MOST_LAYERS = 1000;

const KEEPS_SHAPE = 'a block must keep the shape of its input';

/** Options of {@link ReasoningModule}. */
export interface ReasoningModuleOptions {
  /** Number of blocks, at most 1,000. */
  layers: number;
  block: BlockFactory;
  context: BlockContext;
}

/**
 * Adds the injection to the latent and applies its blocks to the sum. A first block with `inject` gets both apart. If a
 * block changes the shape, it throws a `ShapeError` that names the block.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `HierarchicalReasoningModel_ACTV1ReasoningModule`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, mixerBlock } from '@hrm/layers';
 * import { ReasoningModule } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 5, random: new RandomStream(0) };
 * const fL = new ReasoningModule({ layers: 2, block: mixerBlock(), context });
 * console.log(fL.apply(tf.zeros([1, 5, 16]), tf.ones([1, 5, 16])).shape); // [1, 5, 16]
 * ```
 */
export class ReasoningModule implements Refiner {
  readonly parameters: { blocks: readonly Block[] };

  constructor(options: ReasoningModuleOptions) {
    expectOptions('ReasoningModule', options, ['layers', 'block', 'context']);
    const { layers, block, context } = options;
    expectSizes('ReasoningModule', { layers }, 1, MOST_LAYERS);
    expectFactory('ReasoningModule: block', block, 'mixerBlock()');
    const make = (isLast: boolean) => {
      const made = block({ ...context, isLast });
      expectLayer('ReasoningModule: what block made', made, ['apply']);
      return made;
    };
    const freeNewVariables = noteVariables();
    try {
      this.parameters = { blocks: Array.from({ length: layers }, (_, i) => make(i === layers - 1)) };
    } catch (error) {
      freeNewVariables();
      throw error;
    }
  }

  apply(latent: tf.Tensor3D, injection: tf.Tensor3D): tf.Tensor3D {
    return tf.tidy(() =>
      this.parameters.blocks.reduce((hidden, block, i) => {
        const next =
          i > 0
            ? block.apply(hidden)
            : (block.inject?.(latent, injection) ?? block.apply(tf.add<tf.Tensor3D>(latent, injection)));
        expectShape(`block ${i} of a ReasoningModule, ${block.constructor.name}`, next, hidden.shape, KEEPS_SHAPE);
        return next;
      }, latent),
    );
  }
}
