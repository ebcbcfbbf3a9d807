import type { NormOptions } from '../norms/norm';
import { PostNorm } from './post-norm';
import { PreNorm } from './pre-norm';
import type { Residual } from './residual';

/** Where a block normalises. */
export interface ResidualOptions extends NormOptions {
  /**
   * `'post'`: after the addition, `norm(x + f(x))`, as HRM does; `'pre'`: what the sublayer reads, `x + f(norm(x))`. Default
   * `'post'`.
   */
  norm?: 'post' | 'pre';
}

/** Names of {@link ResidualOptions}. */
export const RESIDUAL_OPTIONS = ['norm', 'learnedGain', 'normEpsilon'] as const;

/**
 * The residual connection that a block's options ask for, over vectors of width `size`: part of a block of your own.
 *
 * @param place.last whether it is the last one of a module: a pre-norm one then normalises its sum too.
 * @throws RangeError for another place to normalise than `'post'` and `'pre'`.
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
export function makeResidual(
  options: ResidualOptions,
  size: number,
  { last = false }: { last?: boolean } = {},
): Residual {
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
