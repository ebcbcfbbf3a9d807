import * as tf from '@tensorflow/tfjs-core';
import { expectShape } from '@hrm/layers';

/**
 * The divisor that turns the sum of a metric over slots into a mean:
 *
 * - `'batch'`: the number of slots. For losses, which are added over the segments of one update, not averaged.
 * - `'segments'`: the slots that ran in a segment and have a label, summed over segments. For example solver steps.
 * - `'counted'`: the puzzles that have just halted and have a label. Values of other slots are ignored.
 */
export type Divisor = 'batch' | 'segments' | 'counted';

const DIVISORS: readonly Divisor[] = ['batch', 'segments', 'counted'];

/**
 * A metric with one value per slot, and its divisor.
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

/** A metric summed over slots, and its divisor. */
export type MetricSum = { total: tf.Scalar; dividedBy: Divisor };

/** Values of the divisors `'segments'` and `'counted'`. (`'batch'` is the batch size.) */
export type MetricCounts = { segments: tf.Scalar; counted: tf.Scalar };

/**
 * Throws unless a metric has a divisor and one value per slot.
 *
 * @param owner named in the error, as in `halting controller mine, metric doubt`.
 * @throws TypeError for a value that is not a {@link SlotMetric}.
 * @throws ShapeError for values of another shape than `[batch]`.
 */
export function expectSlotMetric(owner: string, metric: SlotMetric, batchSize: number): void {
  if (!(metric.values instanceof tf.Tensor) || !DIVISORS.includes(metric.dividedBy)) {
    throw new TypeError(
      `${owner}: expected values and a divisor, as in { values: tensor, dividedBy: 'batch' }; ` +
        `dividedBy is one of ${DIVISORS.join(', ')}`,
    );
  }
  expectShape(owner, metric.values, [batchSize], 'one value per slot');
}
