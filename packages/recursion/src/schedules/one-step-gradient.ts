import type * as tf from '@tensorflow/tfjs-core';
import { expectOptions } from '@hrm/layers/internal';
import type { Latents } from '../latents';
import type { RecursionCore } from '../recursion-core';
import { expectCycles, type Cycles, type RecursionSchedule } from './recursion-schedule';
import { applicationsOf, refineInOrder } from './refine-in-order';

/**
 * HRM's schedule: only the last f_L and the last f_H of a segment carry gradient. This is the 1-step approximation of
 * the gradient at a fixed point. Its memory does not grow with the length of the recursion.
 *
 * Source: HRM, section 2 ("approximate gradient"); official HRM, `models/hrm/hrm_act_v1.py`, `_Inner.forward`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, mixerBlock } from '@hrm/layers';
 * import { ReasoningModule, RecursionCore, oneStepGradient } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 5, random: new RandomStream(0) };
 * const level = () => new ReasoningModule({ layers: 1, block: mixerBlock(), context });
 * const core = new RecursionCore(level(), level());
 * const x: tf.Tensor3D = tf.ones([1, 5, 16]);
 * const schedule = oneStepGradient({ hCycles: 2, lCycles: 2 });
 * const { latents } = schedule.refine(core, { zH: tf.zerosLike(x), zL: tf.zerosLike(x) }, x);
 * console.log(latents.zH.shape); // [1, 5, 16]
 * ```
 */
export function oneStepGradient(options: Cycles): RecursionSchedule {
  expectOptions('oneStepGradient', options, ['hCycles', 'lCycles']);
  expectCycles('oneStepGradient', options);
  const order = applicationsOf(options);
  return {
    name: 'one-step-gradient',
    refine: (core: RecursionCore, latents: Latents, x: tf.Tensor3D) => refineInOrder(core, latents, x, order, 2),
  };
}
