import { expectSizes } from '@hrm/layers/internal';
import type * as tf from '@tensorflow/tfjs-core';
import type { RandomStream } from '@hrm/layers';
import type { Latents } from '../latents';
import type { RecursionCore } from '../recursion-core';

/** What one segment of recursion gives. */
export type Refinement = {
  latents: Latents;
  /** A term that the schedule wants added to each puzzle's training loss, `[batch]`. */
  regularizer?: tf.Tensor1D;
  /** Figures to report of each puzzle, without gradient, `[batch]` each. A trainer tells their means over the slots that ran. */
  metrics?: { [name: string]: tf.Tensor1D };
};

/** In which order a segment applies f_L and f_H, and through which applications gradient flows. */
export interface RecursionSchedule {
  readonly name: string;
  /**
   * Whether a step with this schedule can be recorded and replayed as one graph. False when `refine` reads the values of
   * tensors, to stop when they are good enough; such a step has to run eagerly. Default true.
   */
  readonly recordable?: boolean;
  /**
   * The refinements of one segment. It draws no random number, and its inputs stay as they are.
   *
   * @param core f_L and f_H.
   * @param latents where the segment starts. Gradient flows through them into the segments before only where these share
   *   an update, and only if the first refinement carries any.
   * @param x the embedded puzzle, `[batch, seq, hidden]`.
   * @param draws what {@link RecursionSchedule.draw} drew, as tensors; only training has any.
   */
  refine(core: RecursionCore, latents: Latents, x: tf.Tensor3D, draws?: ScheduleDraws): Refinement;
  /**
   * The random numbers that one segment of training needs, for latents `[batch, seq, hidden]`. A schedule without this
   * method needs none.
   */
  draw?(random: RandomStream, shape: readonly [number, number, number]): HostScheduleDraws;
}

/** Random numbers of a segment, drawn outside of the training step. */
export type HostScheduleDraws = { [name: string]: Float32Array };

/** The same as tensors, of any shape with as many elements. */
export type ScheduleDraws = { [name: string]: tf.Tensor };

/**
 * A schedule that changes as training goes on. Its own `refine` is that of the last stage, which is what inference
 * wants; a trainer asks for the stage it is in.
 */
export interface ProgressiveSchedule extends RecursionSchedule {
  /**
   * The schedule of a stage: the same object for all of the stage, so that what was recorded of it can be kept.
   *
   * @param progress the share of training that is over, from 0 to 1.
   */
  at(progress: number): RecursionSchedule;
}

/**
 * Tells schedules that change over training from those that do not.
 */
export function isProgressive(schedule: RecursionSchedule): schedule is ProgressiveSchedule {
  return 'at' in schedule && typeof schedule.at === 'function';
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
  expectSizes(schedule, { hCycles });
  expectSizes(schedule, { lCycles });
}
