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

/** The result of one segment of an evaluation. */
export type EvaluatedSegment = {
  carry: Carry;
  logits: tf.Tensor3D;
  haltLogits: { [name: string]: tf.Tensor };
  metrics: ByMetric<MetricSum>;
  counts: MetricCounts;
  /** 1 in the slots that the controller would not have halted yet, `[batch]`. */
  active: tf.Tensor1D;
  /** The summed figures of the slots that it would halt at this segment, and their number after 1, 2, ... segments. */
  halting: { [name: string]: tf.Tensor };
  haltingSteps: tf.Tensor1D;
};

/**
 * Runs one segment of an evaluation. The last argument is 1 in the slots that the controller would not have halted yet.
 */
export type EvaluationStep = CompiledFunction<[Carry, PuzzleTensors, tf.Tensor1D], EvaluatedSegment>;

/** Makes the function that runs one segment of an evaluation on every slot. It is pure, so it can be recorded. */
export function evaluationStep(network: ReasoningNetwork, tokenLoss: TokenLoss): EvaluationStep {
  return (carry, offered, active) =>
    tf.tidy(() => {
      const segment = runSegment(network, admitPuzzles(network, carry, offered));
      const { logits, haltLogits, decided, carry: next } = segment;
      const { metrics, counts } = superviseSegment(network, segment, tokenLoss);
      const halts = tf.cast(tf.logicalOr(decided, next.halted), 'float32');
      const figures = answerFigures(logits, next.puzzle.labels);
      const halting = tf.mul(tf.mul(active, halts), figures.labelled) as tf.Tensor1D;
      return {
        carry: next,
        logits,
        haltLogits,
        metrics,
        counts,
        active: tf.mul(active, tf.sub(1, halts)) as tf.Tensor1D,
        halting: countAnswers(figures, halting, next.steps),
        haltingSteps: countHaltingSteps(next.steps, halting, network.halting.maxSegments),
      };
    });
}
