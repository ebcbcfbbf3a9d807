import type { NamedTensors } from '@hrm/layers';
import * as tf from '@tensorflow/tfjs-core';
import { expectNotNegative, expectOptions, expectShare, expectSizes } from '@hrm/layers/internal';
import type { HaltingFactory } from './halting-controller';
import { haltingHead, readProbabilityHead } from './halting-head';

/** Options of {@link gravesAct}. */
export interface GravesActOptions {
  /** Segments after which every puzzle halts. Default 16. */
  maxSegments?: number;
  /** Weight of the ponder cost (Graves' time penalty): the price of a segment in units of token loss. Default 0.01. */
  ponderWeight?: number;
  /** A puzzle halts when at most this much probability remains. Default 0.01. */
  epsilon?: number;
  /** Initial bias of the head; -3 is a halting probability of 0.047 per segment. Default -3. */
  haltingBias?: number;
}

/**
 * Graves' adaptive computation time. A head predicts a halting probability for each segment. A puzzle halts when these
 * add up to `1 - epsilon`; the last segment gets the remainder. The loss is the token loss of each segment, weighted by
 * its probability, plus the ponder cost (segments + remainder). Graves averages the outputs instead. With weighted
 * losses each segment has a complete answer.
 *
 * The gradient of the ponder cost is always exact. The gradient of the weighted token losses is exact only if several
 * segments share one update and the carry keeps its gradient. With one segment per update, the probability left by
 * earlier segments is a constant, so a segment does not learn that halting avoids later losses. It then learns to halt
 * earlier where its own token loss is below `ponderWeight`, and later elsewhere.
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
  /** The probability left after a segment: `max(0, remaining - sigmoid(halt))`. */
  const remainingAfter = (remaining: tf.Tensor, logits: NamedTensors) =>
    tf.relu(tf.sub(remaining, tf.sigmoid(logits['halt']!)));
  return (context) => {
    expectSizes('gravesAct', { maxSegments });
    expectNotNegative('gravesAct', { ponderWeight });
    expectShare('gravesAct', { epsilon });
    if (!Number.isFinite(haltingBias)) {
      throw new RangeError(`gravesAct: haltingBias is ${haltingBias}, expected a finite number such as -3`);
    }
    const head = haltingHead(context, { outputs: 1, bias: haltingBias });
    return {
      name: 'graves-act',
      weighsTokenLoss: true,
      maxSegments,
      parameters: { head },
      // The probability left by earlier segments; 1 before the first.
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
        // The last segment gets the whole remainder, so the weights of a puzzle's segments sum to 1.
        const weight = tf.where(halted, remaining, spent);
        const weighted = tf.mul<tf.Tensor1D>(weight, tokenLoss);
        // Segments plus remainder: N + R = 2 + the sum of (1 - spent) over all segments but the last. Written with one
        // term per segment, its gradient is exact even if `remaining` is a constant.
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
