import * as tf from '@tensorflow/tfjs-core';
import type { RandomStream } from '@hrm/layers';
import type { Latents } from '@hrm/recursion';
import type { ReasoningNetwork } from '../segment/reasoning-network';

/** Numbers that are added to the latents of one slot, `[positions * hidden]` each. */
export interface LatentNoise {
  zH: Float32Array;
  zL: Float32Array;
}

/** The numbers in each latent of one slot. */
export function latentSize({ seqLen, prefixLen, latentPositions, hiddenSize }: ReasoningNetwork): number {
  return (latentPositions ?? prefixLen + seqLen) * hiddenSize;
}

/** Draws noise from a normal distribution with the standard deviation `std`. */
export function drawLatentNoise(random: RandomStream, size: number, std: number): LatentNoise {
  const draw = () => Float32Array.from({ length: size }, () => std * random.normal());
  return { zH: draw(), zL: draw() };
}

/** Adds noise to the latents of the slots that have some; the others stay as they are. */
export function addLatentNoise({ zH, zL }: Latents, noises: readonly (LatentNoise | undefined)[]): Latents {
  if (noises.every((noise) => noise === undefined)) return { zH, zL };
  const moved = (latent: tf.Tensor3D, name: 'zH' | 'zL') => {
    const values = new Float32Array(latent.size);
    noises.forEach((noise, row) => noise && values.set(noise[name], row * noise[name].length));
    return tf.add<tf.Tensor3D>(latent, tf.tensor3d(values, latent.shape));
  };
  return { zH: moved(zH, 'zH'), zL: moved(zL, 'zL') };
}
