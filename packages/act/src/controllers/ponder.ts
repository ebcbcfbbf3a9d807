import * as tf from '@tensorflow/tfjs-core';
import { expectNotNegative, expectOptions, expectShare, expectSizes } from '@hrm/layers/internal';
import { bernoulliDivergence } from '../losses/bernoulli-divergence';
import type { HaltingFactory } from './halting-controller';
import { probabilityHead, readProbabilityHead } from './probability-head';

/** Choices of {@link ponder}. */
export interface PonderOptions {
  /** Segments after which every puzzle halts. Default 16. */
  maxSegments?: number;
  /** The geometric prior's probability of halting at a segment, so 1 / prior segments on average. Default 0.2. */
  prior?: number;
  /** Weight of the divergence from the prior. Default 0.01. */
  divergenceWeight?: number;
  /** In training a puzzle halts once no more than this much probability is left. Default 0.05. */
  epsilon?: number;
  /** Outside of training a puzzle halts once this much probability is spent; 0.5 is the median. Default 0.5. */
  haltAt?: number;
}

/**
 * PonderNet: a head gives the probability of halting at each segment, given that the puzzle has come so far. Learns
 * from the expected token loss over that distribution, and from its divergence from a geometric prior. In training a
 * puzzle runs on until next to no probability is left; outside it halts, without chance, when `haltAt` of it is spent.
 *
 * Both losses are exact only where several segments share one update and the carry keeps its gradient: with one segment
 * an update, the probability of having come so far is a constant, a segment does not learn what halting at it spares
 * later, and the token loss only ever pushes halting back, against the pull of the prior.
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
      throw new RangeError(`ponder: prior is ${prior}, expected a share between 0 and 1, neither allowed`);
    }
    const head = probabilityHead(context, Math.log(prior) - Math.log1p(-prior));
    return {
      name: 'ponder',
      weighsTokenLoss: true,
      maxSegments,
      parameters: { head },
      // The probability of having come past earlier segments, 1 before the first.
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
        // The last segment takes all that is left, in this distribution and in the prior alike.
        const weight = tf.where(halted, remaining, tf.mul(remaining, tf.sigmoid(logit)));
        const weighted = tf.mul<tf.Tensor1D>(weight, tokenLoss);
        // By the chain rule the divergence is, over all segments but the last, that of each segment's coin from the
        // prior's, times the probability of coming so far.
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
