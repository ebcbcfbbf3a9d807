import * as tf from '@tensorflow/tfjs-core';
import { disposeAll, mapTensors } from '@hrm/layers';
import type { Carry } from '../segment/carry';

/** A batch that puzzles may leave. */
export interface ShrinkingBatch {
  carry: Carry;
  /** Index of the puzzle in each row; undefined in rows whose puzzle has left, and in padding. */
  puzzles: readonly (number | undefined)[];
}

/** Half the batch, a quarter, and so on down to 1. */
export function halvedSizes(batchSize: number): number[] {
  return batchSize <= 1 ? [] : [Math.ceil(batchSize / 2), ...halvedSizes(Math.ceil(batchSize / 2))];
}

/** The smallest bucket size of at least `count`; `count` itself if there is none. */
export function smallestBucket(count: number, bucketSizes: readonly number[]): number {
  const largeEnough = bucketSizes.filter((size) => size >= count);
  return largeEnough.length > 0 ? Math.min(...largeEnough) : count;
}

/** Gathers rows of every tensor of a carry. Rows may be repeated. */
function gatherRows(carry: Carry, rows: readonly number[]): Carry {
  return tf.tidy(() => {
    const indices = tf.tensor1d([...rows], 'int32');
    return mapTensors(carry, (tensor) =>
      // Through int32, because not every backend can gather booleans.
      tensor.dtype === 'bool'
        ? tf.cast(tf.gather(tf.cast(tensor, 'int32'), indices), 'bool')
        : tf.gather(tensor, indices),
    );
  });
}

/**
 * Moves the remaining puzzles to the smallest batch that holds them. Padding rows repeat the first of them. Disposes
 * the given carry if the batch changes.
 *
 * @param bucketSizes sizes that the batch may have, in any order.
 */
export function shrinkBatch({ carry, puzzles }: ShrinkingBatch, bucketSizes: readonly number[]): ShrinkingBatch {
  const occupied = puzzles.flatMap((puzzle, row) => (puzzle === undefined ? [] : [row]));
  const bucket = smallestBucket(occupied.length, [puzzles.length, ...bucketSizes]);
  if (occupied.length === 0 || bucket === puzzles.length) return { carry, puzzles };
  const rows = Array.from({ length: bucket }, (_, i) => occupied[i] ?? occupied[0]!);
  const smaller = gatherRows(carry, rows);
  disposeAll(carry);
  return { carry: smaller, puzzles: rows.map((row, i) => (i < occupied.length ? puzzles[row] : undefined)) };
}
