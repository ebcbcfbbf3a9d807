import * as tf from '@tensorflow/tfjs-core';
import { makeNorm, type Norm, type NormOptions } from '../norms/norm';
import type { Residual } from './residual';

/** Choices of {@link PreNorm}. */
export interface PreNormOptions extends NormOptions {
  /** Whether the sum is normalised too, as the last of a module must be. Default false. */
  normaliseSum?: boolean;
}

/**
 * `x + f(norm(x))`: normalises what the sublayer reads, and leaves the way around it untouched. The sum grows with every
 * sublayer, so the last of a module is normalised: latents that are refined again and again would grow without bound.
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
