import { expectSizes } from '@hrm/layers/internal';
import type * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors, RandomStream } from '@hrm/layers';
import type { Latents } from '../latents';
import type { RecursionCore } from '../recursion-core';
import { MOST_APPLICATIONS } from './most-applications';

/** The result of one segment of recursion. */
export type Refinement = {
  latents: Latents;
  /** A term for each puzzle's training loss, `[batch]`. */
  regularizer?: tf.Tensor1D;
  /**
   * Numbers to report for each puzzle, without gradient, `[batch]` each. A trainer reports their means over the active
   * slots.
   */
  metrics?: { [name: string]: tf.Tensor1D };
};

/** Decides in which order a segment applies f_L and f_H, and which applications carry gradient. */
export interface RecursionSchedule {
  readonly name: string;
  /**
   * Whether a step with this schedule can be recorded and replayed as one graph. Set it to false if `refine` reads the
   * values of tensors, for example to decide when to stop. Default true.
   */
  readonly recordable?: boolean;
  /**
   * Computes one segment. It must not draw random numbers or change its inputs.
   *
   * @param core f_L and f_H.
   * @param latents the latents at the start of the segment. Gradient flows through them to earlier segments only if
   *   these share an update and the first refinement carries gradient.
   * @param x the embedded puzzle, `[batch, seq, hidden]`.
   * @param draws the result of {@link RecursionSchedule.draw}, as tensors of any shape with the same number of
   *   elements; in training only.
   */
  refine(core: RecursionCore, latents: Latents, x: tf.Tensor3D, draws?: NamedTensors): Refinement;
  /**
   * Draws the random numbers of one segment of training, for latents `[batch, seq, hidden]`. A schedule without this
   * method needs none.
   */
  draw?(random: RandomStream, shape: readonly [number, number, number]): HostDraws;
}

/** Random numbers of one segment by name, drawn before the training step. */
export type HostDraws = { [name: string]: Float32Array | Int32Array };

/** A schedule that changes over training. Its own `refine` is that of the last stage, for inference. */
export interface ProgressiveSchedule extends RecursionSchedule {
  /**
   * Returns the schedule of a stage. It is the same object throughout the stage, so that a recording stays valid.
   *
   * @param progress the share of training that is done, from 0 to 1.
   */
  at(progress: number): RecursionSchedule;
}

/**
 * Whether a schedule changes over training.
 */
export function isProgressive(schedule: RecursionSchedule): schedule is ProgressiveSchedule {
  return 'at' in schedule && typeof schedule.at === 'function';
}

/** How often a segment applies f_H and f_L. */
export interface Cycles {
  /** Applications of f_H in a segment. */
  hCycles: number;
  /** Applications of f_L before each f_H. */
  lCycles: number;
}

/** Throws unless both counts are whole numbers of at least 1, and there are not too many applications. */
export function expectCycles(schedule: string, { hCycles, lCycles }: Cycles): void {
  expectSizes(schedule, { hCycles });
  expectSizes(schedule, { lCycles });
  const applications = hCycles * (lCycles + 1);
  if (applications <= MOST_APPLICATIONS) return;
  throw new RangeError(
    `${schedule}: hCycles ${hCycles} and lCycles ${lCycles} make ${applications} applications, expected at most ${MOST_APPLICATIONS}`,
  );
}
