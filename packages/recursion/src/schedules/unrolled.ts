import type * as tf from '@tensorflow/tfjs-core';
import { expectOptions, expectSizes } from '@hrm/layers/internal';
import type { Latents } from '../latents';
import type { RecursionCore } from '../recursion-core';
import { expectCycles, type Cycles, type RecursionSchedule } from './recursion-schedule';
import { applicationsOf, refineInOrder } from './refine-in-order';

/** Options of {@link unrolled}. */
export interface UnrolledOptions extends Cycles {
  /** Number of applications of f_L or f_H with gradient, counted from the end. Default all. */
  withGradient?: number;
}

/**
 * Backpropagation through time: gradient flows through every refinement of the segment, or through the last
 * `withGradient`. Memory grows with their number. `withGradient: 2` equals `oneStepGradient`,
 * `withGradient: lCycles + 1` equals `fullRecursion`.
 *
 * If every refinement carries gradient, it also flows into the latents at the start of the segment.
 *
 * Source: HRM, section 2, on what the 1-step gradient replaces.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, mixerBlock } from '@hrm/layers';
 * import { ReasoningModule, RecursionCore, unrolled } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 5, random: new RandomStream(0) };
 * const level = () => new ReasoningModule({ layers: 1, block: mixerBlock(), context });
 * const core = new RecursionCore(level(), level());
 * const x: tf.Tensor3D = tf.ones([1, 5, 16]);
 * const schedule = unrolled({ hCycles: 2, lCycles: 2, withGradient: 4 });
 * const { latents } = schedule.refine(core, { zH: tf.zerosLike(x), zL: tf.zerosLike(x) }, x);
 * console.log(latents.zH.shape); // [1, 5, 16]
 * ```
 */
export function unrolled(options: UnrolledOptions): RecursionSchedule {
  expectOptions('unrolled', options, ['hCycles', 'lCycles', 'withGradient']);
  expectCycles('unrolled', options);
  const order = applicationsOf(options);
  const { withGradient = order.length } = options;
  expectSizes('unrolled', { withGradient });
  if (withGradient > order.length) {
    throw new RangeError(
      `unrolled: withGradient is ${withGradient}, but hCycles (lCycles + 1) is only ${order.length}; leave it out for all`,
    );
  }
  return {
    name: 'unrolled',
    refine: (core: RecursionCore, latents: Latents, x: tf.Tensor3D) =>
      refineInOrder(core, latents, x, order, withGradient),
  };
}
