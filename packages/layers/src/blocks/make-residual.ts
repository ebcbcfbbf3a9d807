import { expectOptions } from '../checks/expect-options';
import type { NormOptions } from '../norms/norm';
import { PostNorm } from './post-norm';
import { PreNorm } from './pre-norm';
import type { Residual } from './residual';

/** Where and how a block normalises. */
export interface ResidualOptions extends NormOptions {
  /**
   * `'post'` normalises after the addition, `norm(x + f(x))`, as HRM does; `'pre'` the sublayer's input,
   * `x + f(norm(x))`. Default `'post'`.
   */
  norm?: 'post' | 'pre';
}

/** Names of {@link ResidualOptions}. */
export const RESIDUAL_OPTIONS = ['norm', 'learnedGain', 'normEpsilon'] as const;

/**
 * Makes the residual connection that a block's options choose, over vectors of width `size`. Use it in blocks of your
 * own.
 *
 * @param place `last`: whether it is the last of a module; a last pre-norm connection normalises its sum too. Default
 *   false.
 * @throws RangeError if `norm` is neither `'post'` nor `'pre'`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { makeResidual } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const x = tf.tensor3d([[[5, 5]]]);
 * makeResidual({ norm: 'pre' }, 2).apply(x, (normed) => tf.mul(normed, 2)).print(); // [7, 7]: 5 plus twice the normalised 1
 * ```
 */
export function makeResidual(options: ResidualOptions, size: number, place: { last?: boolean } = {}): Residual {
  expectOptions('makeResidual', place, ['last']);
  const { last = false } = place;
  const { norm = 'post' } = options;
  switch (norm) {
    case 'post':
      return new PostNorm(options, size);
    case 'pre':
      return new PreNorm({ ...options, normaliseSum: last }, size);
    default:
      throw new RangeError(`block: norm is "${String(norm)}", expected 'post' or 'pre'`);
  }
}
