import { expectShape, type NamedTensors, type RandomStream } from '@hrm/layers';
import { expectReturned } from '@hrm/layers/internal';
import type { HostDraws, Latents, RecursionCore, RecursionSchedule, Refinement } from '@hrm/recursion';
import type * as tf from '@tensorflow/tfjs-core';

/** Refines latents by a schedule. @throws TypeError, ShapeError if it returns no latents of the shape of `x`. */
export function refineWith(
  schedule: RecursionSchedule,
  core: RecursionCore,
  { latents, x, draws }: { latents: Latents; x: tf.Tensor3D; draws: NamedTensors | undefined },
): Refinement {
  const what = `recursion schedule ${schedule.name}`;
  const refinement = expectReturned(`${what}: refine`, schedule.refine(core, latents, x, draws), '{ latents }');
  const { zH, zL } = expectReturned(`${what}: the latents that refine`, refinement.latents, '{ zH, zL }');
  for (const [name, latent] of Object.entries({ zH, zL })) expectShape(`${what}, ${name}`, latent, x.shape);
  return refinement;
}

/** The random numbers of a schedule for one segment; none, if it has no `draw`. @throws TypeError for anything else. */
export function drawWith(
  schedule: RecursionSchedule,
  random: RandomStream,
  shape: readonly [number, number, number],
): HostDraws {
  if (!schedule.draw) return {};
  const what = `recursion schedule ${schedule.name}: draw`;
  return expectReturned(what, schedule.draw(random, shape), 'arrays by name, {} for none');
}
