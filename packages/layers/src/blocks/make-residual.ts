import type { NormOptions } from '../norms/norm';
import { PostNorm } from './post-norm';
import { PreNorm } from './pre-norm';
import type { Residual } from './residual';

/** Where a block normalises. */
export interface ResidualOptions extends NormOptions {
  /** `'post'`: after the addition, see {@link PostNorm}; `'pre'`: before the sublayer, see {@link PreNorm}. Default `'post'`. */
  norm?: 'post' | 'pre';
}

/** Names of {@link ResidualOptions}. */
export const RESIDUAL_OPTIONS = ['norm', 'learnedGain', 'normEpsilon'] as const;

/**
 * The residual connection that a block's options ask for, over vectors of width `size`.
 *
 * @param place.last whether it is the last one of a module.
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
