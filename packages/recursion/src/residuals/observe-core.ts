import type * as tf from '@tensorflow/tfjs-core';
import type { Latents } from '../latents';
import { RecursionCore } from '../recursion-core';
import type { Application } from '../schedules/refine-in-order';

/** Called after each refinement with its kind, and the latents before and after it. */
export type ApplicationObserver = (application: Application, before: Latents, after: Latents, x?: tf.Tensor3D) => void;

/** A core that refines as the given one does and reports each refinement, so that any schedule can be observed. */
export function observeCore(core: RecursionCore, onApplication: ApplicationObserver): RecursionCore {
  return new (class extends RecursionCore {
    override fL(latents: Latents, x: tf.Tensor3D): Latents {
      const after = core.fL(latents, x);
      onApplication('fL', latents, after, x);
      return after;
    }

    override fH(latents: Latents): Latents {
      const after = core.fH(latents);
      onApplication('fH', latents, after);
      return after;
    }
  })(core.parameters.lowLevel, core.parameters.highLevel);
}
