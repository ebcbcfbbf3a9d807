import type * as tf from '@tensorflow/tfjs-core';
import { expectOptions } from '@hrm/layers/internal';
import type { Latents } from '../latents';
import type { RecursionCore } from '../recursion-core';
import { expectCycles, type Cycles, type RecursionSchedule } from './recursion-schedule';
import { applicationsOf, refineInOrder } from './refine-in-order';

/**
 * TRM's schedule: only the last H-cycle, with all its applications of f_L, carries gradient.
 *
 * Source: TRM, section 4; official TRM, `models/recursive_reasoning/trm.py`, `_Inner.forward`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, mixerBlock } from '@hrm/layers';
 * import { ReasoningModule, RecursionCore, fullRecursion } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 5, random: new RandomStream(0) };
 * const shared = new ReasoningModule({ layers: 2, block: mixerBlock(), context });
 * const core = new RecursionCore(shared, shared);
 * const x: tf.Tensor3D = tf.ones([1, 5, 16]);
 * const schedule = fullRecursion({ hCycles: 3, lCycles: 6 });
 * const { latents } = schedule.refine(core, { zH: tf.zerosLike(x), zL: tf.zerosLike(x) }, x);
 * console.log(latents.zH.shape); // [1, 5, 16]
 * ```
 */
export function fullRecursion(options: Cycles): RecursionSchedule {
  expectOptions('fullRecursion', options, ['hCycles', 'lCycles']);
  expectCycles('fullRecursion', options);
  const order = applicationsOf(options);
  const lastCycle = options.lCycles + 1;
  return {
    name: 'full-recursion',
    refine: (core: RecursionCore, latents: Latents, x: tf.Tensor3D) =>
      refineInOrder(core, latents, x, order, lastCycle),
  };
}
