import * as tf from '@tensorflow/tfjs-core';
import { expectNotNegative, expectOptions, expectShare, expectSizes } from '@hrm/layers/internal';
import { binaryCrossEntropy } from '../losses/binary-cross-entropy';
import type { HaltingFactory } from './halting-controller';
import {
  delayHaltingWhileExploring,
  drawExploration,
  haltingHead,
  haltPredictionIsRight,
  readHaltingHead,
} from './halting-head';

/** Options of {@link haltOnly}. */
export interface HaltOnlyOptions {
  /** Segments after which every puzzle halts. Default 16. */
  maxSegments?: number;
  /** Share of slots that must run for a random minimum of segments in training. Default 0.1. */
  exploration?: number;
  /** Weight of the halt loss, added to the token loss. Default 0.5. */
  lossWeight?: number;
}

/**
 * TRM's halting: a head predicts whether the answer is right, and a slot halts when the logit is positive. No continue
 * loss and no extra forward pass. Like the official head, it has a second output that is not trained.
 *
 * Source: TRM, section 4.6; official TRM, `models/recursive_reasoning/trm.py` with `no_ACT_continue`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { haltOnly } from '@hrm/act';
 * import { RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const controller = haltOnly({ maxSegments: 8 })({ hiddenSize: 16, random: new RandomStream(0) });
 * controller.logits!(tf.ones([2, 5, 16])).halt!.print(); // [-5, -5]
 * ```
 */
export function haltOnly(options: HaltOnlyOptions = {}): HaltingFactory {
  expectOptions('haltOnly', options, ['maxSegments', 'exploration', 'lossWeight']);
  const { maxSegments = 16, exploration = 0.1, lossWeight = 0.5 } = options;
  return (context) => {
    expectSizes('haltOnly', { maxSegments });
    expectShare('haltOnly', { exploration });
    expectNotNegative('haltOnly', { lossWeight });
    const head = haltingHead(context);
    return {
      name: 'halt-only',
      maxSegments,
      parameters: { head },
      draw: (random, batchSize) => drawExploration(random, batchSize, maxSegments),
      logits: (zH) => readHaltingHead(head, zH),
      decide({ logits, steps, draws }) {
        const last = tf.greaterEqual<tf.Tensor1D>(steps, maxSegments);
        if (maxSegments === 1) return { halted: last };
        const halted = tf.logicalOr<tf.Tensor1D>(last, tf.greater(logits['halt']!, 0));
        return { halted: delayHaltingWhileExploring(halted, steps, draws, exploration) };
      },
      losses({ logits, tokenLoss, correct }) {
        const halt = logits['halt'] as tf.Tensor1D;
        const haltLoss = binaryCrossEntropy(halt, correct);
        return {
          total: tf.add(tokenLoss, tf.mul(lossWeight, haltLoss)),
          metrics: {
            haltAccuracy: { values: haltPredictionIsRight(halt, correct), dividedBy: 'counted' },
            haltLoss: { values: haltLoss, dividedBy: 'batch' },
          },
        };
      },
    };
  };
}
