import * as tf from '@tensorflow/tfjs-core';
import { expectOptionsObject } from '../checks/expect-options';
import { expectSizes } from '../checks/expect-sizes';
import { expectWidth } from '../checks/shape-error';
import type { Layer } from '../layer';
import { rmsNorm } from './rms-norm';

/** Sizes of a {@link LearnedRmsNorm}. */
export interface LearnedRmsNormOptions {
  /** Width of the vectors. */
  size: number;
  /** Keeps the zero vector finite. Default 1e-5. */
  epsilon?: number;
}

/**
 * RMSNorm with a learned gain for each number of the vector: `gain * x / sqrt(mean(x^2) + epsilon)`. Gains start at 1,
 * where it equals `rmsNorm`. HRM and TRM have none; choose it in a block by `learnedGain: true`. Weight decay pulls
 * gains, as every trained parameter, towards 0.
 *
 * Source: arXiv 1910.07467.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { LearnedRmsNorm } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const norm = new LearnedRmsNorm({ size: 2 });
 * norm.apply(tf.tensor2d([[3, 4]])).print(); // [[0.849, 1.131]]
 * ```
 */
export class LearnedRmsNorm implements Layer {
  readonly kind = 'gain';
  readonly parameters: { gain: tf.Variable<tf.Rank.R1> };
  readonly #epsilon: number;

  constructor(options: LearnedRmsNormOptions) {
    expectOptionsObject('LearnedRmsNorm', options, ['size', 'epsilon']);
    const { size, epsilon = 1e-5 } = options;
    expectSizes('LearnedRmsNorm', { size });
    this.parameters = { gain: tf.tidy(() => tf.variable(tf.ones<tf.Rank.R1>([size]))) };
    this.#epsilon = epsilon;
  }

  /** @param x `[..., size]`; @returns the same shape. */
  apply<T extends tf.Tensor>(x: T): T {
    const { gain } = this.parameters;
    expectWidth('LearnedRmsNorm', x, gain.shape[0]);
    return tf.tidy(() => tf.mul(rmsNorm(x, this.#epsilon), gain) as T);
  }
}
