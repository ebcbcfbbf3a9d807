import type * as tf from '@tensorflow/tfjs-core';
import type { Refinement } from '../schedules/recursion-schedule';
import { lossAndGradients } from './gradient-check';
import type { ScheduleProblem } from './schedule-subject';

/** Refines without draws, as in evaluation. */
export const refine = ({ schedule, core, latents, x }: ScheduleProblem) => schedule.refine(core, latents, x);

/** The loss and its gradients, with draws, as in training. */
export const train = (problem: ScheduleProblem) =>
  lossAndGradients(problem, () => {
    const { schedule, core, latents, x, draws } = problem;
    return schedule.refine(core, latents, x, draws).latents;
  });

export const values = (tensor: tf.Tensor) => tensor.dataSync<'float32'>().slice();

export const latentValues = ({ latents }: Refinement) => ({ zH: values(latents.zH), zL: values(latents.zL) });
