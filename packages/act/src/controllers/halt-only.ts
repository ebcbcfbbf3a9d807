import { expectNotNegative, expectOptions, expectShare, expectSizes } from '@hrm/layers/internal';
import type { HaltingFactory } from './halting-controller';
import { expectHaltingHeadInput, type HaltingHeadInput } from './halting-head';
import { qLearningHalting } from './q-learning-halting';

/** Options of {@link haltOnly}. */
export interface HaltOnlyOptions {
  /** Segments after which every puzzle halts. Default 16. */
  maxSegments?: number;
  /** Share of slots that must run for a random minimum of segments in training. Default 0.1. */
  exploration?: number;
  /** Weight of the halt loss, added to the token loss. Default 0.5. */
  lossWeight?: number;
  /** What the head reads: the first position of zH, or the mean of all positions. Default `'first'`. */
  reads?: HaltingHeadInput;
}

/**
 * TRM's halting: a head predicts whether the answer is right, and a slot halts when the logit is positive. No continue
 * loss and no extra forward pass: Q-learning without `learnContinue`. Like the official head, it has a second output
 * that is not trained.
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
  expectOptions('haltOnly', options, ['maxSegments', 'exploration', 'lossWeight', 'reads']);
  const { maxSegments = 16, exploration = 0.1, lossWeight = 0.5, reads = 'first' } = options;
  return (context) => {
    expectSizes('haltOnly', { maxSegments });
    expectShare('haltOnly', { exploration });
    expectNotNegative('haltOnly', { lossWeight });
    expectHaltingHeadInput('haltOnly', reads);
    const withoutContinue = { maxSegments, exploration, lossWeight, reads, learnContinue: false };
    const { needsLookAhead: _, ...halting } = qLearningHalting(withoutContinue)(context);
    return { ...halting, name: 'halt-only' };
  };
}
