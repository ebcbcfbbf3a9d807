import * as tf from '@tensorflow/tfjs-core';
import {
  admitPuzzles,
  runSegment,
  superviseSegment,
  type ByMetric,
  type Carry,
  type MetricCounts,
  type MetricSum,
  type PuzzleTensors,
  type ReasoningNetwork,
  type TokenLoss,
} from '@hrm/act';
import { answerFigures, countAnswers, countHaltingSteps } from '@hrm/act/internal';
import type { CompiledFunction } from '@hrm/layers';

/** What a segment of an evaluation gives. */
export type EvaluatedSegment = {
  carry: Carry;
  logits: tf.Tensor3D;
  haltLogits: { [name: string]: tf.Tensor };
  metrics: ByMetric<MetricSum>;
  counts: MetricCounts;
  /** 1 in the slots that the controller would not have halted yet, `[batch]`. */
  thinking: tf.Tensor1D;
  /** Figures of the slots that it would halt at this segment, summed, and how many after 1, 2, ... segments. */
  leaving: { [name: string]: tf.Tensor };
  haltingSteps: tf.Tensor1D;
};

/** One segment of an evaluation; `thinking` is 1 in the slots that the controller would not have halted before it. */
export type EvaluationStep = CompiledFunction<[Carry, PuzzleTensors, tf.Tensor1D], EvaluatedSegment>;

/** One segment of an evaluation, every slot run to the last. Pure, so it can be recorded. */
export function evaluationStep(network: ReasoningNetwork, tokenLoss: TokenLoss): EvaluationStep {
  return (carry, offered, thinking) =>
    tf.tidy(() => {
      const segment = runSegment(network, admitPuzzles(network, carry, offered));
      const { logits, haltLogits, decided, carry: next } = segment;
      const { metrics, counts } = superviseSegment(network, segment, tokenLoss);
      const halts = tf.cast(tf.logicalOr(decided, next.halted), 'float32');
      const figures = answerFigures(logits, next.puzzle.labels);
      const leaving = tf.mul(tf.mul(thinking, halts), figures.labelled) as tf.Tensor1D;
      return {
        carry: next,
        logits,
        haltLogits,
        metrics,
        counts,
        thinking: tf.mul(thinking, tf.sub(1, halts)) as tf.Tensor1D,
        leaving: countAnswers(figures, leaving, next.steps),
        haltingSteps: countHaltingSteps(next.steps, leaving, network.halting.maxSegments),
      };
    });
}
