import * as tf from '@tensorflow/tfjs-core';
import { withoutGradient } from '@hrm/layers';

/** Figures about the answers of a segment, one value per slot; without gradient. */
export type AnswerFigures = {
  /** 1 where all labelled tokens are right, `[batch]`. */
  correct: tf.Tensor1D;
  /** Share of the labelled tokens that are right, `[batch]`. */
  accuracy: tf.Tensor1D;
  /** Number of labelled tokens, but at least 1, `[batch]`. */
  divisor: tf.Tensor1D;
  /** 1 where any token has a label, 0 for padding, `[batch]`. */
  labelled: tf.Tensor1D;
};

/**
 * Compares the answers of a segment with the labels. It reads no tensor values, so it can be part of a recorded step.
 *
 * @param logits `[batch, seqLen, vocab]`
 * @param labels `[batch, seqLen]`, int32; negative for tokens without a label.
 */
export function answerFigures(logits: tf.Tensor3D, labels: tf.Tensor2D): AnswerFigures {
  return withoutGradient(() => {
    const labelled = tf.cast(tf.greaterEqual(labels, 0), 'float32');
    const labelCount = tf.sum<tf.Tensor1D>(labelled, -1);
    const right = tf.mul(labelled, tf.cast(tf.equal(tf.argMax(logits, -1), labels), 'float32'));
    const rightCount = tf.sum<tf.Tensor1D>(right, -1);
    const divisor = tf.maximum<tf.Tensor1D>(labelCount, 1);
    return {
      correct: tf.cast(tf.equal<tf.Tensor1D>(rightCount, labelCount), 'float32'),
      accuracy: tf.div(rightCount, divisor),
      divisor,
      labelled: tf.cast(tf.greater<tf.Tensor1D>(labelCount, 0), 'float32'),
    };
  });
}

/** Sums over the counted slots. */
export type CountedAnswers = { count: tf.Scalar; accuracy: tf.Scalar; exactAccuracy: tf.Scalar; steps: tf.Scalar };

/**
 * Sums figures over the counted slots, as the official code does.
 *
 * @param counted 1 in the slots to count, else 0, `[batch]`.
 * @param steps segments of each slot so far, `[batch]`.
 */
export function countAnswers(
  { correct, accuracy }: Pick<AnswerFigures, 'correct' | 'accuracy'>,
  counted: tf.Tensor1D,
  steps: tf.Tensor1D,
): CountedAnswers {
  return {
    count: tf.sum(counted),
    accuracy: tf.sum(tf.mul(counted, accuracy)),
    exactAccuracy: tf.sum(tf.mul(counted, correct)),
    steps: tf.sum(tf.mul(counted, tf.cast(steps, 'float32'))),
  };
}
