import * as tf from '@tensorflow/tfjs-core';
import type { Task } from '@hrm/data';
import type { EvaluatedSegment } from './evaluation-step';

/** Counts the puzzles with a label whose answers, after a segment, are right by the rules of their task. */
export async function countValid(
  verify: NonNullable<Task['verify']>,
  { carry, logits }: Pick<EvaluatedSegment, 'carry' | 'logits'>,
): Promise<number> {
  const { inputs, labels } = carry.puzzle;
  const answers = tf.tidy(() => tf.argMax(logits, -1));
  const [questions, predictions, known] = await Promise.all([inputs.data(), answers.data(), labels.data()]);
  answers.dispose();
  const [rows, seqLen] = inputs.shape;
  let count = 0;
  for (let first = 0; first < rows * seqLen; first += seqLen) {
    const row = (tokens: ArrayLike<number>) => Int32Array.from({ length: seqLen }, (_, k) => tokens[first + k]!);
    if (row(known).some((label) => label >= 0) && verify(row(questions), row(predictions)).valid) count++;
  }
  return count;
}
