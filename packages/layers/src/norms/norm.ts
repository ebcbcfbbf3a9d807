import type * as tf from '@tensorflow/tfjs-core';
import type { Layer } from '../layer';
import { LearnedRmsNorm } from './learned-rms-norm';
import { rmsNorm } from './rms-norm';

/** Normalises the vectors along the last axis. */
export interface Norm extends Layer {
  /** @param x any shape; @returns the same shape. */
  apply<T extends tf.Tensor>(x: T): T;
}

/** How a block normalises. */
export interface NormOptions {
  /** Whether to scale the normalised vectors by learned gains, see {@link LearnedRmsNorm}. Default false, as HRM. */
  learnedGain?: boolean;
  /** Avoids division by zero. Default 1e-5. */
  normEpsilon?: number;
}

/** Makes an RMSNorm over vectors of width `size`, with or without gains. */
export function makeNorm({ learnedGain = false, normEpsilon = 1e-5 }: NormOptions, size: number): Norm {
  if (learnedGain) return new LearnedRmsNorm({ size, epsilon: normEpsilon });
  return { parameters: {}, apply: (x) => rmsNorm(x, normEpsilon) };
}
