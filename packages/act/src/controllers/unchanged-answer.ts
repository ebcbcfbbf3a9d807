import * as tf from '@tensorflow/tfjs-core';
import { withoutGradient } from '@hrm/layers';
import { expectOptions, expectSizes } from '@hrm/layers/internal';
import type { HaltingFactory } from './halting-controller';

/** Options of {@link unchangedAnswer}. */
export interface UnchangedAnswerOptions {
  /** A puzzle halts when this many segments in a row did not change its answer. Default 2. */
  segments?: number;
  /** Segments after which every puzzle halts. Default 16. */
  maxSegments?: number;
}

/**
 * Halts a puzzle when its answer has not changed for `segments` segments in a row. The first segment has no earlier
 * answer, so no puzzle halts before segment `segments + 1`. It learns nothing, so it works with a model that was
 * trained with another controller. `residualHalting` is similar, but compares zH instead of the answer.
 *
 * Source: our own rule.
 *
 * @throws RangeError unless both options are whole numbers of at least 1.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream } from '@hrm/layers';
 * import { unchangedAnswer } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const controller = unchangedAnswer({ segments: 1 })({ hiddenSize: 2, random: new RandomStream(0) });
 * const latents = { zH: tf.ones<tf.Rank.R3>([2, 3, 2]), zL: tf.ones<tf.Rank.R3>([2, 3, 2]) };
 * const { halted } = controller.decide({
 *   answer: () => tf.tensor2d([1, 2, 3, 1, 2, 3], [2, 3], 'int32'),
 *   answerBefore: () => tf.tensor2d([1, 2, 3, 1, 2, 4], [2, 3], 'int32'),
 *   before: latents, after: latents, readOut: (zH) => zH, steps: tf.tensor1d([2, 2], 'int32'),
 *   logits: {}, draws: undefined, training: false, state: controller.initialState!(2, { seqLen: 3 }),
 * });
 * halted.print(); // [true, false]
 * ```
 */
export function unchangedAnswer(options: UnchangedAnswerOptions = {}): HaltingFactory {
  expectOptions('unchangedAnswer', options, ['segments', 'maxSegments']);
  const { segments = 2, maxSegments = 16 } = options;
  return () => {
    expectSizes('unchangedAnswer', { segments });
    expectSizes('unchangedAnswer', { maxSegments });
    return {
      name: 'unchanged-answer',
      maxSegments,
      parameters: {},
      // Number of segments in a row that did not change the answer.
      initialState: (batchSize) => ({ unchanged: tf.zeros([batchSize], 'int32') }),
      decide: ({ steps, state, answer, answerBefore }) =>
        withoutGradient(() => {
          const same = tf.all(tf.equal(answer(), answerBefore()), -1);
          // The first segment has no earlier answer.
          const isUnchanged = tf.cast(tf.logicalAnd(same, tf.greater(steps, 1)), 'int32');
          const unchanged = tf.mul(isUnchanged, tf.add(state['unchanged']!, isUnchanged));
          const last = tf.greaterEqual(steps, maxSegments);
          const halted = tf.logicalOr<tf.Tensor1D>(last, tf.greaterEqual(unchanged, segments));
          return { halted, state: { unchanged } };
        }),
      losses: ({ tokenLoss, stateAfter }) => ({
        total: tokenLoss,
        metrics: { unchangedSegments: { values: stateAfter['unchanged'] as tf.Tensor1D, dividedBy: 'counted' } },
      }),
    };
  };
}
