import * as tf from '@tensorflow/tfjs-core';
import { expectOptions, expectSizes } from '@hrm/layers/internal';

/**
 * The tokens that a cell of the puzzle can have as its answer, such as the digits of Sudoku. With them, each cell is a
 * position for each of these values.
 */
export interface Candidates {
  /** The first of these tokens; all before it, such as blank, say that the value is unknown. */
  first: number;
  /** How many there are. */
  count: number;
}

/** What a position can be at first: open, the given value of its cell, or another value of a given cell. */
export const CANDIDATE_KINDS = 3;

/** The logit of tokens that are no candidates. */
const IMPOSSIBLE = -1e9;

/** Throws unless candidates are valid for a vocabulary. */
export function expectCandidates(candidates: Candidates, vocabSize: number): void {
  expectOptions('RecursiveReasoner: candidates', candidates, ['first', 'count']);
  const { first, count } = candidates;
  expectSizes('RecursiveReasoner: candidates', { first }, 0);
  expectSizes('RecursiveReasoner: candidates', { count });
  if (first + count > vocabSize) {
    throw new RangeError(
      `RecursiveReasoner: candidates are the tokens ${first} to ${first + count - 1}, but the vocabulary has only ${vocabSize}`,
    );
  }
}

/**
 * The kind of each position: 0 if its cell is open, 1 if the position is the cell's given value, 2 if the cell has
 * another value.
 *
 * @param inputs `[batch, seqLen]`, int32
 * @returns `[batch, seqLen * count]`, int32; the values of a cell are adjacent.
 */
export function candidateKinds(inputs: tf.Tensor2D, { first, count }: Candidates): tf.Tensor2D {
  const [batch, seqLen] = inputs.shape;
  return tf.tidy(() => {
    const value = tf.expandDims(tf.sub(inputs, tf.scalar(first, 'int32')), -1);
    const isGiven = tf.logicalAnd(
      tf.greaterEqual(value, tf.scalar(0, 'int32')),
      tf.less(value, tf.scalar(count, 'int32')),
    );
    const isThis = tf.equal(value, tf.range(0, count, 1, 'int32'));
    const kinds = tf.sub(tf.mul(tf.cast(isGiven, 'int32'), tf.scalar(2, 'int32')), tf.cast(isThis, 'int32'));
    return tf.reshape(kinds, [batch, seqLen * count]);
  });
}

/**
 * Token logits from one logit for each position. Tokens that are no candidates are impossible.
 *
 * @param logits `[batch, seqLen * count, 1]`
 * @returns `[batch, seqLen, vocabSize]`
 */
export function candidateLogits(logits: tf.Tensor3D, { first, count }: Candidates, vocabSize: number): tf.Tensor3D {
  const [batch, positions] = logits.shape;
  return tf.tidy(() => {
    const byCell: tf.Tensor3D = tf.reshape(logits, [batch, positions / count, count]);
    const fill = (width: number) => (width > 0 ? [tf.fill([batch, positions / count, width], IMPOSSIBLE)] : []);
    return tf.concat<tf.Tensor3D>([...fill(first), byCell, ...fill(vocabSize - first - count)] as tf.Tensor3D[], -1);
  });
}
