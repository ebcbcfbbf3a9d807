import * as tf from '@tensorflow/tfjs-core';
import { expectNotNegative, expectOptions, expectShare, expectSizes } from '@hrm/layers/internal';
import { bernoulliDivergence } from '../losses/bernoulli-divergence';
import type { HaltingFactory } from './halting-controller';
import { haltingHead, readProbabilityHead } from './halting-head';

/** Options of {@link ponder}. */
export interface PonderOptions {
  /** Segments after which every puzzle halts. Default 16. */
  maxSegments?: number;
  /** Halting probability of the geometric prior: 1 / prior segments on average. Default 0.2. */
  prior?: number;
  /** Weight of the KL divergence from the prior. Default 0.01. */
  divergenceWeight?: number;
  /** In training a puzzle halts when at most this much probability remains. Default 0.05. */
  epsilon?: number;
  /** Outside training a puzzle halts when the halting probabilities add up to this; 0.5 is the median. Default 0.5. */
  haltAt?: number;
}

/**
 * PonderNet. A head predicts the probability of halting at each segment, given that the puzzle has not halted before.
 * The loss is the expected token loss over this distribution, plus its KL divergence from a geometric prior. In
 * training a puzzle runs until at most `epsilon` of the probability remains. Outside training it halts,
 * deterministically, when the probabilities add up to `haltAt`.
 *
 * Both gradients are exact only if several segments share one update and the carry keeps its gradient. With one segment
 * per update, the probability of reaching a segment is a constant, so a segment does not learn that halting avoids
 * later losses. The token loss then only delays halting, and the prior alone counteracts this.
 *
 * Source: Banino, Balaguer, Blundell, "PonderNet: Learning to Ponder", arXiv 2107.05407, section 2.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream } from '@hrm/layers';
 * import { ponder } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const controller = ponder({ prior: 0.25 })({ hiddenSize: 16, random: new RandomStream(0) });
 * tf.sigmoid(controller.logits!(tf.ones([2, 5, 16])).halt!).print(); // [0.25, 0.25]
 * ```
 */
export function ponder(options: PonderOptions = {}): HaltingFactory {
  expectOptions('ponder', options, ['maxSegments', 'prior', 'divergenceWeight', 'epsilon', 'haltAt']);
  const { maxSegments = 16, prior = 0.2, divergenceWeight = 0.01, epsilon = 0.05, haltAt = 0.5 } = options;
  return (context) => {
    expectSizes('ponder', { maxSegments });
    expectNotNegative('ponder', { divergenceWeight });
    expectShare('ponder', { prior, epsilon, haltAt });
    if (prior === 0 || prior === 1) {
      throw new RangeError(`ponder: prior is ${prior}, expected a number above 0 and below 1`);
    }
    const head = haltingHead(context, { outputs: 1, bias: Math.log(prior) - Math.log1p(-prior) });
    return {
      name: 'ponder',
      weighsTokenLoss: true,
      maxSegments,
      parameters: { head },
      // The probability of not having halted at earlier segments; 1 before the first.
      initialState: (batchSize) => ({ remaining: tf.ones([batchSize]) }),
      logits: (zH) => ({ halt: readProbabilityHead(head, zH) }),
      decide({ logits, steps, state, training }) {
        const remaining = tf.mul(state['remaining']!, tf.sigmoid(tf.neg(logits['halt']!)));
        const last = tf.greaterEqual(steps, maxSegments);
        const spent = tf.lessEqual(remaining, training ? epsilon : 1 - haltAt);
        return { halted: tf.logicalOr(last, spent), state: { remaining } };
      },
      losses({ logits, tokenLoss, halted, stateBefore }) {
        const remaining = stateBefore['remaining']!;
        const logit = logits['halt']!;
        // The last segment gets the whole remainder, in this distribution and in the prior.
        const weight = tf.where(halted, remaining, tf.mul(remaining, tf.sigmoid(logit)));
        const weighted = tf.mul<tf.Tensor1D>(weight, tokenLoss);
        // Chain rule: the divergence is the sum over all segments but the last of the Bernoulli divergence of that
        // segment from the prior, times the probability of reaching it.
        const here = tf.mul<tf.Tensor1D>(remaining, bernoulliDivergence(logit, prior));
        const divergence = tf.where(halted, tf.zerosLike(here), here);
        return {
          total: tf.add(weighted, tf.mul(divergenceWeight, divergence)),
          metrics: {
            weightedTokenLoss: { values: weighted, dividedBy: 'batch' },
            divergenceLoss: { values: divergence, dividedBy: 'batch' },
          },
        };
      },
    };
  };
}
