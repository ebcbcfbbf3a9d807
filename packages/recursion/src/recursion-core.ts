import * as tf from '@tensorflow/tfjs-core';
import { inPrecision, PRECISIONS, type Layer, type Precision } from '@hrm/layers';
import { expectChoice, expectOptions, expectPart } from '@hrm/layers/internal';
import type { Latents } from './latents';
import type { Refiner } from './reasoning-module';

/** Options of {@link RecursionCore}. */
export interface RecursionCoreOptions {
  /** In which numbers the products of f_L and f_H are computed. Default `'float32'`. */
  precision?: Precision;
}

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

  readonly #precision: Precision;

  constructor(lowLevel: Refiner, highLevel: Refiner, options: RecursionCoreOptions = {}) {
    expectOptions('RecursionCore', options, ['precision']);
    const { precision = 'float32' } = options;
    expectChoice('RecursionCore', { precision }, PRECISIONS);
    expectPart('RecursionCore: lowLevel', lowLevel, ['apply']);
    expectPart('RecursionCore: highLevel', highLevel, ['apply']);
    this.parameters = { lowLevel, highLevel };
    this.#precision = precision;
  }

  /** `zL <- f_L(zL + zH + x)`; `x` is the embedded puzzle, `[batch, seq, hidden]`. */
  fL({ zH, zL }: Latents, x: tf.Tensor3D): Latents {
    const refined = () => tf.tidy(() => this.parameters.lowLevel.apply(zL, tf.add(zH, x)));
    return { zH, zL: inPrecision(this.#precision, refined) };
  }

  /** `zH <- f_H(zH + zL)`. */
  fH({ zH, zL }: Latents): Latents {
    return { zH: inPrecision(this.#precision, () => this.parameters.highLevel.apply(zH, zL)), zL };
  }
}
