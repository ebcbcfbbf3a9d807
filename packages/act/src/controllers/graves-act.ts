import type { NamedTensors } from '@hrm/layers';
import * as tf from '@tensorflow/tfjs-core';
import { expectNotNegative, expectOptions, expectShare, expectSizes } from '@hrm/layers/internal';
import type { HaltingFactory } from './halting-controller';
import { probabilityHead, readProbabilityHead } from './probability-head';

/** Choices of {@link gravesAct}. */
export interface GravesActOptions {
  /** Segments after which every puzzle halts. Default 16. */
  maxSegments?: number;
  /** Weight of the ponder cost, Graves' time penalty: what a segment may cost in units of token loss. Default 0.01. */
  ponderWeight?: number;
  /** A puzzle halts once no more than this much probability is left. Default 0.01. */
  epsilon?: number;
  /** The head's bias at the start; -3 halts with a probability of 0.047 a segment. Default -3. */
  haltingBias?: number;
}

/**
 * Adaptive computation time as Graves first had it: a head gives each segment a probability of halting; a puzzle halts
 * when they add up to `1 - epsilon`, and the last segment takes the remainder. Learns from the ponder cost, segments
 * plus remainder, and from the token losses of the segments weighted by their probabilities. (Graves averages the
 * outputs instead; weighing the losses leaves each segment with an answer that stands by itself.)
 *
 * The ponder cost's gradient is always exact. That of the weighted token losses is exact only where several segments
 * share one update and the carry keeps its gradient: with one segment an update, the probability that earlier segments
 * left is a constant, and a segment does not learn that halting spares the loss of later ones; it then halts earlier
 * where its own token loss is below `ponderWeight`, and later elsewhere.
 *
 * Source: Graves, "Adaptive Computation Time for Recurrent Neural Networks", arXiv 1603.08983, section 2.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream } from '@hrm/layers';
 * import { gravesAct } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const controller = gravesAct({ maxSegments: 8 })({ hiddenSize: 16, random: new RandomStream(0) });
 * tf.sigmoid(controller.logits!(tf.ones([2, 5, 16])).halt!).print(); // [0.047, 0.047]
 * ```
 */
export function gravesAct(options: GravesActOptions = {}): HaltingFactory {
  expectOptions('gravesAct', options, ['maxSegments', 'ponderWeight', 'epsilon', 'haltingBias']);
  const { maxSegments = 16, ponderWeight = 0.01, epsilon = 0.01, haltingBias = -3 } = options;
  /** What is left after a segment: `max(0, remaining - sigmoid(halt))`. */
  const remainingAfter = (remaining: tf.Tensor, logits: NamedTensors) =>
    tf.relu(tf.sub(remaining, tf.sigmoid(logits['halt']!)));
  return (context) => {
    expectSizes('gravesAct', { maxSegments });
    expectNotNegative('gravesAct', { ponderWeight });
    expectShare('gravesAct', { epsilon });
    if (!Number.isFinite(haltingBias)) {
      throw new RangeError(`gravesAct: haltingBias is ${haltingBias}, expected a finite number such as -3`);
    }
    const head = probabilityHead(context, haltingBias);
    return {
      name: 'graves-act',
      weighsTokenLoss: true,
      maxSegments,
      parameters: { head },
      // The probability that earlier segments have left, 1 before the first.
      initialState: (batchSize) => ({ remaining: tf.ones([batchSize]) }),
      logits: (zH) => ({ halt: readProbabilityHead(head, zH) }),
      decide({ logits, steps, state }) {
        const remaining = remainingAfter(state['remaining']!, logits);
        const last = tf.greaterEqual(steps, maxSegments);
        const spent = tf.lessEqual(remaining, epsilon);
        return { halted: tf.logicalOr(last, spent), state: { remaining } };
      },
      losses({ logits, tokenLoss, halted, steps, stateBefore }) {
        const remaining = stateBefore['remaining']!;
        const spent = tf.sub(remaining, remainingAfter(remaining, logits));
        // The last segment takes all that is left, so the weights of a puzzle's segments sum to 1.
        const weight = tf.where(halted, remaining, spent);
        const weighted = tf.mul<tf.Tensor1D>(weight, tokenLoss);
        // Segments plus remainder, N + R = 2 + the sum of (1 - spent) over all but the last, a term a segment: its
        // gradient is exact even where `remaining` is a constant.
        const ponder = tf.where(halted, tf.fill(spent.shape, 2), tf.sub(1, spent));
        return {
          total: tf.add(weighted, tf.mul(ponderWeight, ponder)),
          metrics: {
            weightedTokenLoss: { values: weighted, dividedBy: 'batch' },
            ponderCost: { values: tf.add(tf.cast(steps, 'float32'), remaining), dividedBy: 'counted' },
          },
        };
      },
    };
  };
}
