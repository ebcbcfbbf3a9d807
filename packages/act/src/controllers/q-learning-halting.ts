import type { NamedTensors } from '@hrm/layers';
import * as tf from '@tensorflow/tfjs-core';
import { expectNotNegative, expectOptions, expectPositiveShare, expectShare, expectSizes } from '@hrm/layers/internal';
import { binaryCrossEntropy } from '../losses/binary-cross-entropy';
import type { HaltingFactory, HaltingLosses } from './halting-controller';
import {
  rightJudgements,
  drawExploration,
  haltingHead,
  delayHaltingWhileExploring,
  readHaltingHead,
} from './halting-head';

/** Choices of {@link qLearningHalting}. */
export interface QLearningHaltingOptions {
  /** Segments after which every puzzle halts. Default 16. */
  maxSegments?: number;
  /** Share of slots that must go on for a random number of segments. Default 0.1. */
  exploration?: number;
  /** Weight of the halt and continue losses beside the token loss. Default 0.5. */
  lossWeight?: number;
  /**
   * Whether the continue value learns its target, which takes one more forward pass a step. Without, that pass and its
   * cost are gone, and a slot halts when the halt logit is positive. Default true.
   */
  learnContinue?: boolean;
  /**
   * What a right answer one segment later is worth beside one now, over 0 and at most 1. At 1 both values of a puzzle that
   * is surely right tend to the same, and chance decides whether it halts; below 1 it halts. Default 1, as in the
   * official code.
   */
  discount?: number;
}

/**
 * The value of going on: what the better action is worth one segment later, or halting where nothing else is left;
 * discounted.
 *
 * @param lookAhead the logits one segment later, `halt` and `continue`, `[batch]` each.
 * @param steps segments that each slot has had, `[batch]`.
 * @returns targets between 0 and 1, `[batch]`.
 */
export function continueTarget(
  lookAhead: NamedTensors,
  steps: tf.Tensor1D,
  { maxSegments, discount = 1 }: { maxSegments: number; discount?: number },
): tf.Tensor1D {
  const { halt, continue: goOn } = lookAhead as { halt: tf.Tensor1D; continue: tf.Tensor1D };
  const last = tf.greaterEqual(steps, maxSegments);
  const value = tf.sigmoid(tf.where(last, halt, tf.maximum<tf.Tensor1D>(halt, goOn)));
  return discount === 1 ? value : tf.mul(discount, value);
}

/**
 * HRM's halting: a head gives a value of halting and one of going on, and a slot halts when the first is larger. Halt
 * learns towards "the answer is right", continue towards the best value one segment later (Q-learning without a replay
 * buffer or target network). A share of slots explores: it must go on for a random number of segments.
 *
 * Source: HRM, section 2 ("adaptive computational time"); official HRM, `models/hrm/hrm_act_v1.py` and `losses.py`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { qLearningHalting } from '@hrm/act';
 * import { RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const controller = qLearningHalting({ maxSegments: 8 })({ hiddenSize: 16, random: new RandomStream(0) });
 * controller.logits!(tf.ones([2, 5, 16])).halt!.print(); // [-5, -5]
 * ```
 */
export function qLearningHalting(options: QLearningHaltingOptions = {}): HaltingFactory {
  expectOptions('qLearningHalting', options, ['maxSegments', 'exploration', 'lossWeight', 'learnContinue', 'discount']);
  const { maxSegments = 16, exploration = 0.1, lossWeight = 0.5, learnContinue = true, discount = 1 } = options;
  return (context) => {
    expectSizes('qLearningHalting', { maxSegments });
    expectShare('qLearningHalting', { exploration });
    expectNotNegative('qLearningHalting', { lossWeight });
    expectPositiveShare('qLearningHalting', { discount });
    const head = haltingHead(context);
    return {
      name: 'q-learning',
      maxSegments,
      // With one segment there is nothing to decide, and the official code then neither explores nor looks ahead.
      needsLookAhead: learnContinue && maxSegments > 1,
      parameters: { head },
      draw: (random, batchSize) => drawExploration(random, batchSize, maxSegments),
      logits: (zH) => readHaltingHead(head, zH),
      decide({ logits, steps, draws }) {
        const last = tf.greaterEqual<tf.Tensor1D>(steps, maxSegments);
        if (maxSegments === 1) return { halted: last };
        const bar = learnContinue ? logits['continue']! : 0;
        const halted = tf.logicalOr<tf.Tensor1D>(last, tf.greater(logits['halt']!, bar));
        return { halted: delayHaltingWhileExploring(halted, steps, draws, exploration) };
      },
      losses({ logits, tokenLoss, correct, lookAhead, steps }) {
        const { halt, continue: goOn } = logits as { halt: tf.Tensor1D; continue: tf.Tensor1D };
        const haltLoss = binaryCrossEntropy(halt, correct);
        const metrics: HaltingLosses['metrics'] = {
          haltAccuracy: { values: rightJudgements(halt, correct), dividedBy: 'counted' },
          haltLoss: { values: haltLoss, dividedBy: 'batch' },
        };
        let halting = haltLoss;
        if (lookAhead) {
          const target = continueTarget(lookAhead, steps, { maxSegments, discount });
          const continueLoss = binaryCrossEntropy(goOn, target);
          metrics['continueLoss'] = { values: continueLoss, dividedBy: 'batch' };
          halting = tf.add(haltLoss, continueLoss);
        }
        return { total: tf.add(tokenLoss, tf.mul(lossWeight, halting)), metrics };
      },
    };
  };
}
