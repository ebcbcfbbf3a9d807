import * as tf from '@tensorflow/tfjs-core';
import { makeNorm, type Norm, type NormOptions } from '../norms/norm';
import type { Residual } from './residual';

/** Options of {@link PreNorm}. */
export interface PreNormOptions extends NormOptions {
  /** Whether to normalise the sum too, as the last connection of a module must. Default false. */
  normaliseSum?: boolean;
}

/**
 * `x + f(norm(x))`: normalises the sublayer's input. The sum grows with every sublayer, so a module normalises its last
 * sum: otherwise latents would grow with every refinement.
 *
 * Source: arXiv 2002.04745 compares both placements.
 */
export class PreNorm implements Residual {
  readonly parameters: { norm: Norm; outputNorm?: Norm };

  constructor({ normaliseSum = false, ...options }: PreNormOptions, size: number) {
    this.parameters = {
      norm: makeNorm(options, size),
      ...(normaliseSum && { outputNorm: makeNorm(options, size) }),
    };
  }

  apply(hidden: tf.Tensor3D, sublayer: (x: tf.Tensor3D) => tf.Tensor3D): tf.Tensor3D {
    const { norm, outputNorm } = this.parameters;
    return tf.tidy(() => {
      const sum = tf.add<tf.Tensor3D>(hidden, sublayer(norm.apply(hidden)));
      return outputNorm ? outputNorm.apply(sum) : sum;
    });
  }
}
