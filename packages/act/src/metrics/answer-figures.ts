import * as tf from '@tensorflow/tfjs-core';
import { withoutGradient } from '@hrm/layers';

/** How right a segment's answers are, slot by slot; constants to gradients. */
export type AnswerFigures = {
  /** 1 where the whole answer is right, `[batch]`. */
  correct: tf.Tensor1D;
  /** Share of the labelled tokens that are right, `[batch]`. */
  accuracy: tf.Tensor1D;
  /** Labelled tokens, at least 1, `[batch]`. */
  divisor: tf.Tensor1D;
  /** 1 where any token has a label: padding has none, and does not count. `[batch]` */
  labelled: tf.Tensor1D;
};

/**
 * Compares a segment's answers with the labels. Reads no values: training steps and evaluations are made of it.
 *
 * @param logits `[batch, seqLen, vocab]`
 * @param labels `[batch, seqLen]`, int32; negative where there is none.
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

/** Sums of figures over the slots counted. */
export type CountedAnswers = { count: tf.Scalar; accuracy: tf.Scalar; exactAccuracy: tf.Scalar; steps: tf.Scalar };

/**
 * Figures summed over the slots that count, as the official code reports them.
 *
 * @param counted 1 in the slots that count, `[batch]`.
 * @param steps segments that each slot has had, `[batch]`.
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
