import type * as tf from '@tensorflow/tfjs-core';
import type { Latents } from './latents';
import type { RecursionCore } from './recursion-core';

/** What one segment of recursion gives. */
export interface Refinement {
  latents: Latents;
  /** A term that the schedule wants added to the training loss, summed over the batch. */
  regularizer?: tf.Scalar;
}

/** In which order a segment applies f_L and f_H, and through which applications gradient flows. */
export interface RecursionSchedule {
  readonly name: string;
  /**
   * The refinements of one segment.
   *
   * @param core f_L and f_H.
   * @param latents where the segment starts; no gradient flows into them from earlier segments.
   * @param x the embedded puzzle, `[batch, seq, hidden]`.
   */
  refine(core: RecursionCore, latents: Latents, x: tf.Tensor3D): Refinement;
}

/** How often a segment applies f_H, and f_L for each of these. */
export interface Cycles {
  /** Applications of f_H in a segment. */
  hCycles: number;
  /** Applications of f_L before each of f_H. */
  lCycles: number;
}

/** Throws unless both counts are whole numbers of at least 1. */
export function expectCycles(schedule: string, { hCycles, lCycles }: Cycles): void {
  for (const [name, value] of Object.entries({ hCycles, lCycles })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${schedule}: ${name} is ${value}, expected a whole number of at least 1`);
    }
  }
}
