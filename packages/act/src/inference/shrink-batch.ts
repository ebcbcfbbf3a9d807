import * as tf from '@tensorflow/tfjs-core';
import { disposeAll, mapTensors } from '@hrm/layers';
import type { Carry } from '../segment/carry';

/** A batch of which some samples may have left. */
export interface ThinningBatch {
  carry: Carry;
  /** The sample in each row; undefined where it has left. */
  samples: readonly (number | undefined)[];
}

/** Half the batch, a quarter, and so on down to 1. */
export function halvedSizes(batchSize: number): number[] {
  return batchSize <= 1 ? [] : [Math.ceil(batchSize / 2), ...halvedSizes(Math.ceil(batchSize / 2))];
}

/** The smallest of these sizes that holds so many; what holds exactly them where none does. */
export function smallestBucket(count: number, bucketSizes: readonly number[]): number {
  const holding = bucketSizes.filter((size) => size >= count);
  return holding.length > 0 ? Math.min(...holding) : count;
}

/** The rows of every tensor of a carry, in the order given; rows may be repeated. */
function gatherRows(carry: Carry, rows: readonly number[]): Carry {
  return tf.tidy(() => {
    const indices = tf.tensor1d([...rows], 'int32');
    return mapTensors(carry, (tensor) =>
      // By way of integers, because not every backend gathers truth values.
      tensor.dtype === 'bool'
        ? tf.cast(tf.gather(tf.cast(tensor, 'int32'), indices), 'bool')
        : tf.gather(tensor, indices),
    );
  });
}

/**
 * The samples that are left, in the smallest batch that holds them; rows beyond them repeat one and hold nobody. The
 * carry given is disposed if another comes back.
 *
 * @param bucketSizes sizes that the batch may have, in any order.
 */
export function shrinkBatch({ carry, samples }: ThinningBatch, bucketSizes: readonly number[]): ThinningBatch {
  const left = samples.flatMap((sample, row) => (sample === undefined ? [] : [row]));
  const bucket = smallestBucket(left.length, [samples.length, ...bucketSizes]);
  if (left.length === 0 || bucket === samples.length) return { carry, samples };
  const rows = Array.from({ length: bucket }, (_, i) => left[i] ?? left[0]!);
  const smaller = gatherRows(carry, rows);
  disposeAll(carry);
  return { carry: smaller, samples: rows.map((row, i) => (i < left.length ? samples[row] : undefined)) };
}
