import * as tf from '@tensorflow/tfjs-core';
import type { Grid } from './relation';

/**
 * Joins each cell's vector with the messages of its four neighbours: down, left, right and up. Beyond the border, messages
 * are zero.
 *
 * @param cells `[batch, rows * columns, width]`, row by row.
 * @param messages `[batch, rows * columns, messageSize]`
 * @returns `[batch, rows * columns, width + 4 * messageSize]`
 */
export function withNeighbours(
  cells: tf.Tensor3D,
  messages: tf.Tensor3D,
  { rows, columns }: Pick<Grid, 'rows' | 'columns'>,
): tf.Tensor3D {
  const [batch, positions, width] = cells.shape;
  const messageSize = messages.shape[2];
  return tf.tidy(() => {
    const padded = tf.pad(tf.reshape(messages, [batch, rows, columns, messageSize]), [[0, 0], [1, 1], [1, 1], [0, 0]]); // prettier-ignore
    const from = (row: number, column: number) =>
      tf.slice(padded, [0, row, column, 0], [batch, rows, columns, messageSize]);
    const own = tf.reshape(cells, [batch, rows, columns, width]);
    const joined = tf.concat([own, from(2, 1), from(1, 0), from(1, 2), from(0, 1)], 3);
    return tf.reshape(joined, [batch, positions, width + 4 * messageSize]);
  });
}
