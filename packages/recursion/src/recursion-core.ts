import * as tf from '@tensorflow/tfjs-core';
import type { Layer } from '@hrm/layers';
import { expectPart } from '@hrm/layers/internal';
import type { Latents } from './latents';
import type { Refiner } from './reasoning-module';

/**
 * The pair f_L and f_H, as functions from latents to latents. Both may be the same module, as in TRM.
 *
 * Source: HRM, section 2; TRM, section 4.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, mixerBlock } from '@hrm/layers';
 * import { ReasoningModule, RecursionCore } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 5, random: new RandomStream(0) };
 * const level = () => new ReasoningModule({ layers: 1, block: mixerBlock(), context });
 * const core = new RecursionCore(level(), level());
 * const x: tf.Tensor3D = tf.ones([1, 5, 16]);
 * const { zH } = core.fH(core.fL({ zH: tf.zerosLike(x), zL: tf.zerosLike(x) }, x));
 * console.log(zH.shape); // [1, 5, 16]
 * ```
 */
export class RecursionCore implements Layer {
  readonly parameters: { lowLevel: Refiner; highLevel: Refiner };

  constructor(lowLevel: Refiner, highLevel: Refiner) {
    expectPart('RecursionCore: lowLevel', lowLevel, ['apply']);
    expectPart('RecursionCore: highLevel', highLevel, ['apply']);
    this.parameters = { lowLevel, highLevel };
  }

  /** `zL <- f_L(zL + zH + x)`; `x` is the embedded puzzle, `[batch, seq, hidden]`. */
  fL({ zH, zL }: Latents, x: tf.Tensor3D): Latents {
    return { zH, zL: tf.tidy(() => this.parameters.lowLevel.apply(zL, tf.add(zH, x))) };
  }

  /** `zH <- f_H(zH + zL)`. */
  fH({ zH, zL }: Latents): Latents {
    return { zH: this.parameters.highLevel.apply(zH, zL), zL };
  }
}
