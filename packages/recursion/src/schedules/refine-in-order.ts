import * as tf from '@tensorflow/tfjs-core';
import { withoutGradient } from '@hrm/layers';
import type { Latents } from '../latents';
import type { RecursionCore } from '../recursion-core';
import type { Cycles, Refinement } from './recursion-schedule';

/** One refinement: of zL by f_L, or of zH by f_H. */
export type Application = 'fL' | 'fH';

/** The refinements of a segment in order: f_L `lCycles` times, then f_H once; all of this `hCycles` times. */
export function applicationsOf({ hCycles, lCycles }: Cycles): Application[] {
  const cycle: Application[] = [...Array.from({ length: lCycles }, (): Application => 'fL'), 'fH'];
  return Array.from({ length: hCycles }, () => cycle).flat();
}

/** Applies f_L and f_H to the latents in the given order. */
export function applyInOrder(
  core: RecursionCore,
  latents: Latents,
  x: tf.Tensor3D,
  order: readonly Application[],
): Latents {
  return order.reduce((z, application) => (application === 'fL' ? core.fL(z, x) : core.fH(z)), latents);
}

/**
 * Runs a segment whose last `withGradient` applications carry gradient.
 *
 * @param withGradient number of applications, counted from the end.
 */
export function refineInOrder(
  core: RecursionCore,
  latents: Latents,
  x: tf.Tensor3D,
  order: readonly Application[],
  withGradient: number,
): Refinement {
  const first = Math.max(0, order.length - withGradient);
  return tf.tidy(() => {
    const start = first === 0 ? latents : withoutGradient(() => applyInOrder(core, latents, x, order.slice(0, first)));
    return { latents: applyInOrder(core, start, x, order.slice(first)) };
  });
}
