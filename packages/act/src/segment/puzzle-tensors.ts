import * as tf from '@tensorflow/tfjs-core';
import type { PuzzleBatch, PuzzleQuestions } from '@hrm/data';
import { expectSizes } from '@hrm/layers/internal';

/** Puzzles as tensors, all int32. */
export type PuzzleTensors = {
  /** Tokens, `[batch, seqLen]`. */
  inputs: tf.Tensor2D;
  /** Tokens of the answer, `[batch, seqLen]`; `IGNORED_LABEL` (@hrm/data) for tokens without a label. */
  labels: tf.Tensor2D;
  /** Index of each puzzle's embedding, `[batch]`; 0 is the blank one. */
  puzzleIdentifiers: tf.Tensor1D;
};

const isInt32Array = (values: unknown) => Object.prototype.toString.call(values) === '[object Int32Array]';

/**
 * Throws unless the arrays of a batch are Int32Arrays of the lengths that `batchSize` and `seqLen` give.
 *
 * @param owner named in the error.
 */
export function expectBatchSizes(
  owner: string,
  { inputs, labels, puzzleIdentifiers, batchSize, seqLen }: PuzzleQuestions,
): void {
  expectSizes(owner, { batchSize, seqLen });
  const tokens = batchSize * seqLen;
  const expected = {
    inputs: [inputs, tokens, 'batchSize * seqLen'],
    ...(labels && { labels: [labels, tokens, 'batchSize * seqLen'] as const }),
    puzzleIdentifiers: [puzzleIdentifiers, batchSize, 'batchSize'],
  } as const;
  for (const [name, [values, count, product]] of Object.entries(expected)) {
    if (!isInt32Array(values))
      throw new TypeError(`${owner}: ${name} is not an Int32Array; make one with Int32Array.from`);
    if (values.length !== count) {
      throw new RangeError(`${owner}: ${name} has ${values.length} numbers, expected ${product} = ${count}`);
    }
  }
}

/**
 * Converts a batch to tensors. The caller disposes them.
 *
 * @throws TypeError, RangeError for arrays of other types or lengths. (`expectPuzzles` checks the tokens.)
 *
 * @example
 * ```ts
 * import { puzzleTensors } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const puzzles = puzzleTensors({
 *   inputs: Int32Array.of(1, 2, 3, 1), labels: Int32Array.of(4, 2, 3, 5), puzzleIdentifiers: Int32Array.of(0, 0),
 *   batchSize: 2, seqLen: 2,
 * });
 * console.log(puzzles.inputs.shape); // [2, 2]
 * ```
 */
export function puzzleTensors(batch: PuzzleBatch): PuzzleTensors {
  expectBatchSizes('puzzleTensors', batch);
  const { inputs, labels, puzzleIdentifiers, batchSize, seqLen } = batch;
  return {
    inputs: tf.tensor2d(inputs, [batchSize, seqLen], 'int32'),
    labels: tf.tensor2d(labels, [batchSize, seqLen], 'int32'),
    puzzleIdentifiers: tf.tensor1d(puzzleIdentifiers, 'int32'),
  };
}
