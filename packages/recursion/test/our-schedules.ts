import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, withoutGradient } from '@hrm/layers';
import {
  equilibrium,
  fullRecursion,
  oneStepGradient,
  progressive,
  recall,
  unrolled,
  type Latents,
  type RecursionCore,
} from '../src/index';
import { describeSchedule, type ScheduleTestOptions, type TestBackend } from '../src/testing';

/** Two damped sweeps with gradient from where a long iteration without ends, written out for each latent. */
function phantomReference(core: RecursionCore, latents: Latents, x: tf.Tensor3D): Latents {
  let z = withoutGradient(() => {
    let settled = latents;
    for (let sweep = 0; sweep < 60; sweep++) settled = core.fH(core.fL(settled, x));
    return settled;
  });
  for (let step = 0; step < 2; step++) {
    const { zH, zL } = core.fH(core.fL(z, x));
    const mix = (old: tf.Tensor3D, fresh: tf.Tensor3D): tf.Tensor3D => tf.add(tf.mul(0.25, old), tf.mul(0.75, fresh));
    z = { zH: mix(z.zH, zH), zL: mix(z.zL, zL) };
  }
  return z;
}

/** Four applications of f_L to zH, with noise first; the last `withGradient` of them with gradient. */
const recalled =
  (withGradient: number, noise = 0) =>
  (core: RecursionCore, { zH, zL }: Latents, x: tf.Tensor3D): Latents => {
    // The kit draws with this seed.
    const random = new RandomStream(0);
    const drawn = Float32Array.from({ length: zH.size }, () => random.normal());
    let z = noise > 0 ? tf.add<tf.Tensor3D>(zH, tf.mul(noise, tf.tensor3d(drawn, zH.shape))) : zH;
    for (let left = 4; left > 0; left--) {
      const applied = (): tf.Tensor3D => core.parameters.lowLevel.apply(z, x);
      z = left > withGradient ? withoutGradient(applied) : applied();
    }
    return { zH: z, zL };
  };

const precisely = { tolerance: 1e-6, maxIterations: 100 } as const;

/** Holds each schedule of this package to the kit, by default on whatever backends the caller has brought. */
export function describeOurSchedules(backends?: readonly TestBackend[]): void {
  const hold = (
    name: string,
    make: Parameters<typeof describeSchedule>[1],
    gradient?: ScheduleTestOptions['gradient'],
  ) => describeSchedule(name, make, { gradient, ...(backends && { backends }) });

  hold('oneStepGradient', () => oneStepGradient({ hCycles: 2, lCycles: 2 }), 2);
  hold('oneStepGradient of one cycle', () => oneStepGradient({ hCycles: 1, lCycles: 1 }), 'all');
  hold('fullRecursion', () => fullRecursion({ hCycles: 3, lCycles: 3 }), 4);
  hold('unrolled', () => unrolled({ hCycles: 2, lCycles: 2 }), 'all');
  hold('unrolled, the last five', () => unrolled({ hCycles: 2, lCycles: 3, withGradient: 5 }), 5);
  hold('recall', () => recall({ applications: 4 }), recalled(4));
  hold('recall, the last two', () => recall({ applications: 4, withGradient: 2 }), recalled(2));
  hold('recall with noise', () => recall({ applications: 4, noise: 0.2 }), recalled(4, 0.2));
  hold('progressive', () => progressive(), 7);
  hold('progressive with one-step gradient', () => progressive({ schedule: 'one-step-gradient' }), 2);

  hold('equilibrium by plain iteration', () => equilibrium({ solver: 'damped-iteration' }), 2);
  hold('equilibrium by Anderson acceleration', () => equilibrium({ solver: 'anderson' }), 2);
  hold("equilibrium by Broyden's method", () => equilibrium({ solver: 'broyden' }), 2);
  hold('equilibrium in six sweeps', () => equilibrium({ iterations: 6 }), 2);
  hold(
    'equilibrium with phantom gradient',
    () => equilibrium({ ...precisely, gradient: { type: 'phantom', steps: 2, damping: 0.75 } }),
    phantomReference,
  );
  hold('equilibrium with implicit gradient', () => equilibrium({ ...precisely, gradient: 'implicit' }), 'exact');
  hold(
    'equilibrium with implicit gradient in a number of sweeps',
    () => equilibrium({ iterations: 25, gradient: 'implicit' }),
    'exact',
  );
  hold('equilibrium with a Jacobian regularizer', () => equilibrium({ jacobianWeight: 0.1 }), 2);
}
