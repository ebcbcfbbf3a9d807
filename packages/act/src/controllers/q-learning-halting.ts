import type { NamedTensors } from '@hrm/layers';
import * as tf from '@tensorflow/tfjs-core';
import { expectNotNegative, expectOptions, expectPositiveShare, expectShare, expectSizes } from '@hrm/layers/internal';
import { binaryCrossEntropy } from '../losses/binary-cross-entropy';
import type { HaltingFactory, HaltingLosses } from './halting-controller';
import {
  delayHaltingWhileExploring,
  drawExploration,
  expectHaltingHeadInput,
  haltingHead,
  haltPredictionIsRight,
  readHaltingHead,
  type HaltingHeadInput,
} from './halting-head';

/** Options of {@link qLearningHalting}. */
export interface QLearningHaltingOptions {
  /** Segments after which every puzzle halts. Default 16. */
  maxSegments?: number;
  /** Share of slots that must run for a random minimum of segments in training. Default 0.1. */
  exploration?: number;
  /** Weight of the halt and continue losses, added to the token loss. Default 0.5. */
  lossWeight?: number;
  /**
   * Whether the continue value is trained, which costs one more forward pass per training step. If false, a slot halts
   * when the halt logit is positive. Default true.
   */
  learnContinue?: boolean;
  /**
   * Discount of the continue target, above 0 and at most 1. At 1, both values of a puzzle that is certainly right
   * become equal, and whether it halts is arbitrary; below 1 it halts. Default 1, as in the official code.
   */
  discount?: number;
  /**
   * What the head reads: `'first'`, the first position of zH, as in the official code, or `'mean'`, the mean of all
   * positions, for models without a position of the puzzle's own. Default `'first'`.
   */
  reads?: HaltingHeadInput;
}

/**
 * The target of the continue value: `discount * sigmoid(max(halt, continue))` one segment later, or
 * `discount * sigmoid(halt)` after the last segment.
 *
 * @param lookAhead the logits one segment later, `halt` and `continue`, `[batch]` each.
 * @param steps segments of each slot so far, `[batch]`.
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
 * HRM's halting by Q-learning. A head predicts a halt value and a continue value, and a slot halts when the halt value
 * is larger. The target of the halt value is 1 if the answer is right, else 0. The target of the continue value is the
 * larger value one segment later (Q-learning without a replay buffer or target network). In training, a share of slots
 * explores: it must run for a random minimum of segments.
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
  expectOptions('qLearningHalting', options, [
    'maxSegments',
    'exploration',
    'lossWeight',
    'learnContinue',
    'discount',
    'reads',
  ]);
  const { maxSegments = 16, exploration = 0.1, lossWeight = 0.5, learnContinue = true, discount = 1 } = options;
  const { reads = 'first' } = options;
  return (context) => {
    expectSizes('qLearningHalting', { maxSegments });
    expectShare('qLearningHalting', { exploration });
    expectNotNegative('qLearningHalting', { lossWeight });
    expectPositiveShare('qLearningHalting', { discount });
    expectHaltingHeadInput('qLearningHalting', reads);
    const head = haltingHead(context);
    return {
      name: 'q-learning',
      maxSegments,
      // With one segment there is nothing to decide. The official code then neither explores nor looks ahead.
      needsLookAhead: learnContinue && maxSegments > 1,
      parameters: { head },
      draw: (random, batchSize) => drawExploration(random, batchSize, maxSegments),
      logits: (zH) => readHaltingHead(head, zH, reads),
      decide({ logits, steps, draws }) {
        const last = tf.greaterEqual<tf.Tensor1D>(steps, maxSegments);
        if (maxSegments === 1) return { halted: last };
        const threshold = learnContinue ? logits['continue']! : 0;
        const halted = tf.logicalOr<tf.Tensor1D>(last, tf.greater(logits['halt']!, threshold));
        return { halted: delayHaltingWhileExploring(halted, steps, draws, exploration) };
      },
      losses({ logits, tokenLoss, correct, lookAhead, steps }) {
        const { halt, continue: goOn } = logits as { halt: tf.Tensor1D; continue: tf.Tensor1D };
        const haltLoss = binaryCrossEntropy(halt, correct);
        const metrics: HaltingLosses['metrics'] = {
          haltAccuracy: { values: haltPredictionIsRight(halt, correct), dividedBy: 'counted' },
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
