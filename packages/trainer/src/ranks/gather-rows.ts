import * as tf from '@tensorflow/tfjs-core';
import type { Carry, ReasoningNetwork } from '@hrm/act';
import type { Communicator } from '@hrm/distributed';
import type { AppliedGradients } from '../step/apply-gradients';
import type { UpdateFigures } from '../step/update-gradients';
import { arrayLike, bytesOf } from './gather-slots';

/**
 * Collects the gradients by the puzzle rows of all ranks, with the identifiers of the rows. So each rank updates the
 * whole table, and sums the gradients of a puzzle that several ranks have. The caller disposes the tensors.
 *
 * Source: official HRM, `models/sparse_embedding.py`, `_sparse_emb_signsgd_dist`.
 */
export async function gatherRows(
  communicator: Communicator,
  { puzzleTable }: Pick<ReasoningNetwork, 'puzzleTable'>,
  { carry, puzzle }: { carry: Carry } & Pick<UpdateFigures, 'puzzle'>,
): Promise<Omit<AppliedGradients, 'gradients'>> {
  const identifiers = carry.puzzle.puzzleIdentifiers;
  const { gradients } = puzzle;
  if (!gradients || !puzzleTable)
    return { carry: { puzzle: { puzzleIdentifiers: tf.clone(identifiers) } }, puzzle: {} };
  const gather = async <T extends Int32Array | Float32Array>(values: T) =>
    arrayLike(values, await communicator.allGather(bytesOf(values)));
  const all = await gather((await identifiers.data()) as Int32Array);
  const gathered = await gather((await gradients.data()) as Float32Array);
  const puzzleIdentifiers = tf.tensor1d(all, 'int32');
  return {
    carry: { puzzle: { puzzleIdentifiers } },
    puzzle: {
      rows: tf.gather(puzzleTable, puzzleIdentifiers),
      gradients: tf.tensor2d(gathered, [all.length, gradients.shape[1]]),
    },
  };
}
