import * as tf from '@tensorflow/tfjs-core';
import { withoutGradient, type NamedTensors, type RandomStream } from '@hrm/layers';
import { expectNotNegative, expectOptions, expectSizes } from '@hrm/layers/internal';
import type { Latents } from '../latents';
import type { RecursionCore } from '../recursion-core';
import { MOST_APPLICATIONS } from './most-applications';
import type { RecursionSchedule } from './recursion-schedule';

/** Options of {@link recall}. */
export interface RecallOptions {
  /** Applications of f_L in a segment. */
  applications: number;
  /** How many of them carry gradient, counted from the end. Default all. */
  withGradient?: number;
  /**
   * In training, the standard deviation of normal noise that is added to zH before each segment. The network then learns
   * to mend small errors instead of adding them up, and keeps its answer in longer runs. Default 0.
   */
  noise?: number;
}

/**
 * A plain recurrent network that sees the puzzle at each application: `zH <- f_L(zH + x)`. There is one latent, zH; zL and
 * f_H are not used. Every application does the same, so that a segment more is like a longer run of the same network. With
 * convolutions or `cellularBlock`, it can solve larger puzzles than those it was trained on.
 *
 * Source: Bansal et al. 2022, "End-to-end Algorithm Synthesis with Recurrent Networks" (arXiv 2202.05826), which calls the
 * repeated input "recall".
 *
 * @throws RangeError for counts that are no whole numbers from 1, more gradient than applications, or negative noise.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, mixerBlock } from '@hrm/layers';
 * import { ReasoningModule, RecursionCore, recall } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 5, random: new RandomStream(0) };
 * const shared = new ReasoningModule({ layers: 1, block: mixerBlock(), context });
 * const core = new RecursionCore(shared, shared);
 * const x: tf.Tensor3D = tf.ones([1, 5, 16]);
 * const { latents } = recall({ applications: 8 }).refine(core, { zH: tf.zerosLike(x), zL: tf.zerosLike(x) }, x);
 * console.log(latents.zH.shape); // [1, 5, 16]
 * ```
 */
export function recall(options: RecallOptions): RecursionSchedule {
  expectOptions('recall', options, ['applications', 'withGradient', 'noise']);
  const { applications } = options;
  expectSizes('recall', { applications }, 1, MOST_APPLICATIONS);
  const { withGradient = applications, noise = 0 } = options;
  expectSizes('recall', { withGradient });
  expectNotNegative('recall', { noise });
  if (withGradient > applications) {
    throw new RangeError(
      `recall: withGradient is ${withGradient}, but there are only ${applications} applications; leave it out for all`,
    );
  }
  const apply = (core: RecursionCore, zH: tf.Tensor3D, x: tf.Tensor3D, count: number): tf.Tensor3D =>
    // f_L adds its three arguments; here zH takes the place of zL, and x that of zH.
    Array.from({ length: count }).reduce((z: tf.Tensor3D) => core.fL({ zH: x, zL: z }, tf.zerosLike(x)).zL, zH);
  return {
    name: 'recall',
    refine: (core: RecursionCore, { zH, zL }: Latents, x: tf.Tensor3D, draws?: NamedTensors) =>
      tf.tidy(() => {
        const first = applications - withGradient;
        const drawn = draws?.['noise'];
        const noisy = drawn ? tf.add<tf.Tensor3D>(zH, tf.mul(noise, tf.reshape(drawn, zH.shape))) : zH;
        const start = first === 0 ? noisy : withoutGradient(() => apply(core, noisy, x, first));
        return { latents: { zH: apply(core, start, x, withGradient), zL: tf.clone(zL) } };
      }),
    ...(noise > 0 && {
      draw: (random: RandomStream, shape: readonly [number, number, number]) => ({
        noise: Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => random.normal()),
      }),
    }),
  };
}
