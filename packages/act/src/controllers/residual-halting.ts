import * as tf from '@tensorflow/tfjs-core';
import { expectNotNegative, expectOptions, expectSizes } from '@hrm/layers/internal';
import type { HaltingFactory } from './halting-controller';

/** Options of {@link residualHalting}. */
export interface ResidualHaltingOptions {
  /** Segments after which every puzzle halts. Default 16. */
  maxSegments?: number;
  /**
   * A puzzle halts when a segment changes zH by at most this share of zH's norm. Default 0.05. A good value depends on
   * the model: look at the `residual` metric first.
   */
  tolerance?: number;
}

/** The relative change of zH in a segment: `|after - before| / |after|` over all positions, `[batch]`. */
function relativeChange(before: tf.Tensor3D, after: tf.Tensor3D): tf.Tensor1D {
  return tf.tidy(() => {
    const norm = (z: tf.Tensor) => tf.sqrt(tf.sum(tf.square(z), [1, 2]));
    // Never divides by zero.
    return tf.div(norm(tf.sub(after, before)), tf.maximum(norm(after), 1e-12));
  });
}

/**
 * Halts a puzzle when zH has converged: a segment changes it by at most `tolerance`, relative to its norm. It learns
 * nothing, so it works with a model that was trained with another controller.
 *
 * Source: our own rule, from the forward residual as a measure of convergence in HRM, section 2 and figure 3.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream } from '@hrm/layers';
 * import { residualHalting } from '@hrm/act';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const controller = residualHalting({ tolerance: 0.1 })({ hiddenSize: 2, random: new RandomStream(0) });
 * const zH = tf.tensor3d([1, 1, 1, 1], [2, 1, 2]);
 * const moved = tf.tensor3d([1, 1.1, 2, 2], [2, 1, 2]);
 * const { halted } = controller.decide({
 *   before: { zH, zL: zH }, after: { zH: moved, zL: zH }, steps: tf.tensor1d([1, 1], 'int32'),
 *   answer: () => tf.tensor2d([1, 1], [2, 1], 'int32'), answerBefore: () => tf.tensor2d([1, 1], [2, 1], 'int32'),
 *   readOut: (zH) => zH, logits: {}, draws: undefined, training: false,
 *   state: controller.initialState!(2, { seqLen: 1 }),
 * });
 * halted.print(); // [true, false]
 * ```
 */
export function residualHalting(options: ResidualHaltingOptions = {}): HaltingFactory {
  expectOptions('residualHalting', options, ['maxSegments', 'tolerance']);
  const { maxSegments = 16, tolerance = 0.05 } = options;
  return () => {
    expectSizes('residualHalting', { maxSegments });
    expectNotNegative('residualHalting', { tolerance });
    return {
      name: 'residual',
      maxSegments,
      parameters: {},
      // The relative change of zH in the last segment; 1 before the first.
      initialState: (batchSize) => ({ residual: tf.ones([batchSize]) }),
      decide({ steps, before, after }) {
        const residual = relativeChange(before.zH, after.zH);
        const converged = tf.lessEqual(residual, tolerance);
        const last = tf.greaterEqual(steps, maxSegments);
        return { halted: tf.logicalOr(last, converged), state: { residual } };
      },
      losses: ({ tokenLoss, stateAfter }) => ({
        total: tokenLoss,
        metrics: { residual: { values: stateAfter['residual'] as tf.Tensor1D, dividedBy: 'counted' } },
      }),
    };
  };
}
