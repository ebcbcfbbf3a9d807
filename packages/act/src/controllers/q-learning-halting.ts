import type { NamedTensors } from '@hrm/layers';
import * as tf from '@tensorflow/tfjs-core';
import {
  describeValue,
  expectNotNegative,
  expectOptions,
  expectPositiveShare,
  expectShare,
  expectSizes,
} from '@hrm/layers/internal';
import { binaryCrossEntropy } from '../losses/binary-cross-entropy';
import type { HaltingFactory, HaltingLosses } from './halting-controller';
import { delayHaltingWhileExploring, drawExploration } from './exploration';
import {
  expectHaltingHeadInput,
  haltingHead,
  haltingHeadInput,
  haltingLogitsOf,
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
   * when the halt logit is positive. Default true, as in the official code.
   *
   * `'deferred'` trains it without that pass, a third of a step, but not as the official code does. The value of a
   * segment learns one step later, when the slot's next segment has computed its target. So only segments that were
   * followed by another one teach it; its loss trains the head, but not the network, because the gradient of the
   * earlier segment is gone; and the target of the segment before the last is the last one's halt value.
   */
  learnContinue?: boolean | 'deferred';
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

/** 1 in slots whose halt logit is correct: at least 0 if the answer is right, below 0 if it is wrong. `[batch]` */
function haltPredictionIsRight(halt: tf.Tensor, correct: tf.Tensor1D): tf.Tensor1D {
  const predictsRight = tf.cast(tf.greaterEqual(halt, 0), 'float32');
  return tf.sub(1, tf.abs(tf.sub(predictsRight, correct)));
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
    if (typeof learnContinue !== 'boolean' && learnContinue !== 'deferred') {
      throw new RangeError(
        `qLearningHalting: learnContinue is ${describeValue(learnContinue)}, expected true, false or 'deferred'`,
      );
    }
    const deferred = learnContinue === 'deferred' && maxSegments > 1;
    // As in the official code: at first both logits are equal, and no answer is predicted to be right.
    const head = haltingHead(context, { outputs: 2, bias: -5 });
    return {
      name: 'q-learning',
      maxSegments,
      rightLogit: 'halt',
      // With one segment there is nothing to decide. The official code then neither explores nor looks ahead.
      needsLookAhead: deferred ? 'own' : learnContinue === true && maxSegments > 1,
      parameters: { head },
      draw: (random, batchSize) => drawExploration(random, batchSize, maxSegments),
      logits: (zH) => readHaltingHead(head, zH, reads),
      // The segment before: what the head read of it, for its continue value.
      ...(deferred && { initialState: (batchSize: number) => ({ read: tf.zeros([batchSize, context.hiddenSize]) }) }),
      decide({ logits, steps, draws, after }) {
        const last = tf.greaterEqual<tf.Tensor1D>(steps, maxSegments);
        if (maxSegments === 1) return { halted: last };
        const threshold = learnContinue !== false ? logits['continue']! : 0;
        const halted = tf.logicalOr<tf.Tensor1D>(last, tf.greater(logits['halt']!, threshold));
        return {
          halted: delayHaltingWhileExploring(halted, steps, draws, exploration),
          ...(deferred && { state: { read: haltingHeadInput(after.zH, reads) } }),
        };
      },
      losses({ logits, tokenLoss, correct, lookAhead, steps, stateBefore }) {
        const { halt, continue: goOn } = logits as { halt: tf.Tensor1D; continue: tf.Tensor1D };
        const haltLoss = binaryCrossEntropy(halt, correct);
        const metrics: HaltingLosses['metrics'] = {
          haltAccuracy: { values: haltPredictionIsRight(halt, correct), dividedBy: 'counted' },
          haltLoss: { values: haltLoss, dividedBy: 'batch' },
        };
        let halting = haltLoss;
        if (lookAhead) {
          const target = continueTarget(lookAhead, steps, { maxSegments, discount });
          const value = deferred ? haltingLogitsOf(head, stateBefore['read'] as tf.Tensor2D)['continue']! : goOn;
          const loss = binaryCrossEntropy(value as tf.Tensor1D, target);
          // At its first segment a puzzle has none before.
          const continueLoss = deferred ? tf.where<tf.Tensor1D>(tf.greater(steps, 1), loss, tf.zerosLike(loss)) : loss;
          metrics['continueLoss'] = { values: continueLoss, dividedBy: 'batch' };
          halting = tf.add(haltLoss, continueLoss);
        }
        return { total: tf.add(tokenLoss, tf.mul(lossWeight, halting)), metrics };
      },
    };
  };
}
