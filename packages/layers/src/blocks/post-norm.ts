import * as tf from '@tensorflow/tfjs-core';
import { makeNorm, type Norm, type NormOptions } from '../norms/norm';
import type { Residual } from './residual';

/**
 * `norm(x + f(x))`: normalises after the addition, so that latents keep their size over any number of refinements.
 *
 * Source: official HRM, `models/hrm/hrm_act_v1.py`, `HierarchicalReasoningModel_ACTV1Block`.
 */
export class PostNorm implements Residual {
  readonly parameters: { norm: Norm };

  constructor(options: NormOptions, size: number) {
    this.parameters = { norm: makeNorm(options, size) };
  }

  apply(hidden: tf.Tensor3D, sublayer: (x: tf.Tensor3D) => tf.Tensor3D): tf.Tensor3D {
    return tf.tidy(() => this.parameters.norm.apply(tf.add(hidden, sublayer(hidden))));
  }
}
