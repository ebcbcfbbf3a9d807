import * as tf from '@tensorflow/tfjs-core';
import { expectLayerOptions } from '../checks/expect-options';
import { expectSizes } from '../checks/expect-sizes';
import { expectWidth } from '../checks/shape-error';
import type { Layer } from '../layer';
import { rmsNorm } from './rms-norm';

/** Options of {@link LearnedRmsNorm}. */
export interface LearnedRmsNormOptions {
  /** Width of the vectors. */
  size: number;
  /** Avoids division by zero. Default 1e-5. */
  epsilon?: number;
}

/**
 * RMSNorm with a learned gain for each element: `gain * x / sqrt(mean(x^2) + epsilon)`. Gains start at 1. HRM and TRM
 * have none; choose it in a block with `learnedGain: true`. Weight decay pulls gains towards 0, as any other parameter.
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
    expectLayerOptions('LearnedRmsNorm', options, ['size', 'epsilon']);
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
