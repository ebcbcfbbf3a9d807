import type * as tf from '@tensorflow/tfjs-core';

/** Rotates every head's vectors by their position, as attention needs it. */
export interface PositionRotation {
  /** Number of positions, including the puzzle-embedding prefix. */
  readonly seqLen: number;
  readonly headSize: number;
  /** @param x `[batch, seqLen, heads, headSize]`; @returns the same shape; the lengths of the vectors stay. */
  apply(x: tf.Tensor4D): tf.Tensor4D;
  /** Frees the tables of angles. */
  dispose(): void;
}
