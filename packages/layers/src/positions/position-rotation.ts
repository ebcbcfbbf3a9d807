import type * as tf from '@tensorflow/tfjs-core';

/** Turns every head's vector by an angle that tells its position: what attention needs of a rotary embedding. */
export interface PositionRotation {
  /** Number of positions, the puzzle-embedding prefix counted in. */
  readonly seqLen: number;
  readonly headSize: number;
  /** @param x `[batch, seqLen, heads, headSize]`; @returns the same shape, every vector as long as before. */
  apply(x: tf.Tensor4D): tf.Tensor4D;
  /** Frees the tables of angles. */
  dispose(): void;
}
