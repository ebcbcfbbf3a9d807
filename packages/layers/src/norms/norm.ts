import type * as tf from '@tensorflow/tfjs-core';
import type { Layer } from '../layer';
import { LearnedRmsNorm } from './learned-rms-norm';
import { rmsNorm } from './rms-norm';

/** A normalisation of the vectors along the last axis. */
export interface Norm extends Layer {
  /** @param x any shape; @returns the same shape. */
  apply<T extends tf.Tensor>(x: T): T;
}

/** Which normalisation a block uses. */
export interface NormOptions {
  /** Whether the normalised vectors are scaled by learned gains, see {@link LearnedRmsNorm}. Default false, as HRM. */
  learnedGain?: boolean;
  /** Default 1e-5. */
  normEpsilon?: number;
}

/** RMSNorm over vectors of this width, with gains or without. */
export function makeNorm({ learnedGain = false, normEpsilon = 1e-5 }: NormOptions, size: number): Norm {
  if (learnedGain) return new LearnedRmsNorm({ size, epsilon: normEpsilon });
  return { parameters: {}, apply: (x) => rmsNorm(x, normEpsilon) };
}
