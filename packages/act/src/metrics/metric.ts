import * as tf from '@tensorflow/tfjs-core';
import { expectShape } from '@hrm/layers';

/**
 * What the sum of a metric over slots is divided by to become a mean:
 *
 * - `'batch'`: the slots of the batch. A loss: over the segments of one update it is added up, not averaged.
 * - `'segments'`: the slots that ran, in each segment, and hold a puzzle with a label. A solver's steps in a segment.
 * - `'counted'`: the puzzles that have just halted and have a label. Values of other slots are left out.
 */
export type Divisor = 'batch' | 'segments' | 'counted';

const DIVISORS: readonly Divisor[] = ['batch', 'segments', 'counted'];

/**
 * A figure of each slot, and what its sum is divided by.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import type { SlotMetric } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const doubtLoss: SlotMetric = { values: tf.tensor1d([0.5, 1.5]), dividedBy: 'batch' };
 * console.log(doubtLoss.dividedBy);
 * ```
 */
export type SlotMetric = {
  /** `[batch]` */
  values: tf.Tensor1D;
  dividedBy: Divisor;
};

/** A metric summed over slots, and what the sum is divided by. */
export type MetricSum = { total: tf.Scalar; dividedBy: Divisor };

/** How many slots sums are divided by; those of `'batch'` are known without looking. */
export type MetricCounts = { segments: tf.Scalar; counted: tf.Scalar };

/**
 * Throws unless a part gives its metric with what it is divided by, and one value a slot.
 *
 * @param owner named in the error, as in `halting controller mine, metric doubt`.
 * @throws TypeError for anything that is not a {@link SlotMetric}.
 * @throws ShapeError for values that are not one a slot.
 */
export function expectSlotMetric(owner: string, metric: SlotMetric, batchSize: number): void {
  if (!(metric.values instanceof tf.Tensor) || !DIVISORS.includes(metric.dividedBy)) {
    throw new TypeError(
      `${owner}: a metric says what its sum is divided by, as in { values: tensor, dividedBy: 'batch' }; ` +
        `dividedBy is one of ${DIVISORS.join(', ')}`,
    );
  }
  expectShape(owner, metric.values, [batchSize], 'one value a slot');
}
