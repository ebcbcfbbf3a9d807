import * as tf from '@tensorflow/tfjs-core';
import { makeNorm, type Norm, type NormOptions } from '../norms/norm';
import type { Residual } from './residual';

/**
 * `norm(x + f(x))`: normalises after the addition, so that latents keep their size however often they are refined.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `HierarchicalReasoningModel_ACTV1Block`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { PostNorm } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const residual = new PostNorm({}, 2);
 * residual.apply(tf.tensor3d([[[1, 1]]]), (x) => tf.mul(x, tf.tensor1d([2, 3]))).print(); // (3, 4), scaled to mean square 1
 * ```
 */
export class PostNorm implements Residual {
  readonly parameters: { norm: Norm };

  constructor(options: NormOptions, size: number) {
    this.parameters = { norm: makeNorm(options, size) };
  }

  apply(hidden: tf.Tensor3D, sublayer: (x: tf.Tensor3D) => tf.Tensor3D): tf.Tensor3D {
    return tf.tidy(() => this.parameters.norm.apply(tf.add(hidden, sublayer(hidden)) as tf.Tensor3D));
  }
}
