import * as tf from '@tensorflow/tfjs-core';

/** The label that is not learned from: padding, and in general every position without an answer. */
export const IGNORED_LABEL = -100;

/** Puzzles as tensors, all int32. */
export type PuzzleBatch = {
  /** Tokens, `[batch, seqLen]`. */
  inputs: tf.Tensor2D;
  /** The answer's tokens, `[batch, seqLen]`; {@link IGNORED_LABEL} where there is none. */
  labels: tf.Tensor2D;
  /** Which puzzle's embedding goes in front, `[batch]`; 0 is the blank one. */
  puzzleIdentifiers: tf.Tensor1D;
};

/** Puzzles as plain arrays, as a data loader makes them; `[batch * seqLen]` each, row by row. */
export interface HostPuzzleBatch {
  inputs: Int32Array;
  labels: Int32Array;
  /** `[batch]` */
  puzzleIdentifiers: Int32Array;
  batchSize: number;
  seqLen: number;
}

/**
 * Puts a batch into tensors. The caller disposes them, or tidies.
 *
 * @example
 * ```ts
 * import { puzzleBatch } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const batch = puzzleBatch({
 *   inputs: Int32Array.of(1, 2, 3, 1), labels: Int32Array.of(4, 2, 3, 5), puzzleIdentifiers: Int32Array.of(0, 0),
 *   batchSize: 2, seqLen: 2,
 * });
 * console.log(batch.inputs.shape); // [2, 2]
 * ```
 */
export function puzzleBatch({ inputs, labels, puzzleIdentifiers, batchSize, seqLen }: HostPuzzleBatch): PuzzleBatch {
  return {
    inputs: tf.tensor2d(inputs, [batchSize, seqLen], 'int32'),
    labels: tf.tensor2d(labels, [batchSize, seqLen], 'int32'),
    puzzleIdentifiers: tf.tensor1d(puzzleIdentifiers, 'int32'),
  };
}
