import type * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '@hrm/layers';
import { RecursionCore, type Latents } from '../src/index';
import { TanhRefiner } from '../src/testing';
import { normalTensor } from '@hrm/layers/testing';

/** A core, latents and an embedded puzzle, small enough for finite differences. */
export function smallProblem({ scale = 0.5, batch = 2, seq = 3, hiddenSize = 4 } = {}) {
  const random = new RandomStream(0);
  const lowLevel = new TanhRefiner({ hiddenSize, scale, random });
  const highLevel = new TanhRefiner({ hiddenSize, scale, random });
  const normal = () => normalTensor<tf.Tensor3D>([batch, seq, hiddenSize], random);
  const latents: Latents = { zH: normal(), zL: normal() };
  return {
    core: new RecursionCore(lowLevel, highLevel),
    latents,
    x: normal(),
    weights: [lowLevel.parameters.weight, highLevel.parameters.weight],
  };
}
