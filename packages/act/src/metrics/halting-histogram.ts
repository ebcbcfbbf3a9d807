import * as tf from '@tensorflow/tfjs-core';

/**
 * Counts how many puzzles halted after 1, 2, ..., `maxSegments` segments.
 *
 * @param steps segments used by each puzzle, from 1 to `maxSegments`.
 * @param maxSegments `maxSegments` of the controller.
 * @returns `maxSegments` counts; the first counts puzzles that halted after one segment.
 * @throws RangeError for steps outside this range.
 *
 * @example
 * ```ts
 * import { haltingHistogram } from '@hrm/act';
 *
 * console.log(haltingHistogram([1, 4, 1, 2], 4)); // [2, 1, 0, 1]
 * ```
 */
export function haltingHistogram(steps: ArrayLike<number>, maxSegments: number): number[] {
  const counts = new Array<number>(maxSegments).fill(0);
  for (let i = 0; i < steps.length; i++) {
    const used = steps[i]!;
    if (!(Number.isInteger(used) && used >= 1 && used <= maxSegments)) {
      throw new RangeError(
        `haltingHistogram: puzzle ${i} used ${used} segments, expected a whole number from 1 to ${maxSegments}`,
      );
    }
    counts[used - 1]!++;
  }
  return counts;
}

/**
 * Computes the same histogram as a tensor, without reading tensor values. `superviseSegment` returns it as
 * `haltingSteps`.
 *
 * @param steps segments of each slot so far, `[batch]`, int32.
 * @param counted 1 in the slots to count, else 0, `[batch]`, float32.
 * @returns counts, `[maxSegments]`, float32.
 */
export function countHaltingSteps(steps: tf.Tensor1D, counted: tf.Tensor1D, maxSegments: number): tf.Tensor1D {
  return tf.tidy(() => {
    const bins = tf.range(1, maxSegments + 1, 1, 'int32');
    const isIn = tf.cast(tf.equal(tf.expandDims(steps, 1), tf.expandDims(bins, 0)), 'float32');
    return tf.sum(tf.mul(isIn, tf.expandDims(counted, 1)), 0);
  });
}
