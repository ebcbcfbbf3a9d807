import * as tf from '@tensorflow/tfjs-core';
import { withoutGradient } from '@hrm/layers';
import type { RecursionSchedule } from '@hrm/recursion';

/**
 * A recursion schedule: f_L and f_H take turns, three times each. HRM calls f_L several times for each f_H.
 *
 * `core.fL(latents, x)` refines zL, and `core.fH(latents)` refines zH. What runs inside `withoutGradient` carries no
 * gradient, which saves time and memory; here only the last pair does. Three rules keep a schedule fast and repeatable:
 * read no values of tensors, draw no random numbers, and free intermediates with `tf.tidy`.
 */
export const takeTurns: RecursionSchedule = {
  name: 'take-turns',
  refine: (core, latents, x) =>
    tf.tidy(() => {
      const near = withoutGradient(() => core.fH(core.fL(core.fH(core.fL(latents, x)), x)));
      return { latents: core.fH(core.fL(near, x)) };
    }),
};
