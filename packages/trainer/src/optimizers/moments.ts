import * as tf from '@tensorflow/tfjs-core';
import { expectDecay, expectOptions, expectNotNegative } from '@hrm/layers/internal';
import type { NamedTensors } from '@hrm/layers';
import { atan2RightHalfPlane } from './atan2-right-half-plane';
import { mapNamed, type GradientTransformation } from './gradient-transformation';

/** Decay rates of the two running averages. */
export interface MomentsOptions {
  /** Of the gradient. Default 0.9. */
  beta1?: number;
  /** Of its square. Default 0.95, as in the official configs. */
  beta2?: number;
}

/** The running averages of a gradient and of its square, with their bias corrections. */
interface Moments {
  mean: tf.Tensor;
  meanSquare: tf.Tensor;
  /** `1 - beta1^t` and `1 - beta2^t` at step t, counted from 1. */
  meanCorrection: tf.Tensor;
  meanSquareCorrection: tf.Tensor;
}

/**
 * Keeps running averages of each gradient (`mean`) and of its square (`square`), and the step count. Computes the
 * update from them.
 */
function scaleByMoments(
  { beta1 = 0.9, beta2 = 0.95 }: MomentsOptions,
  direction: (moments: Moments) => tf.Tensor,
): GradientTransformation {
  expectDecay('optimizer', { beta1, beta2 });
  return {
    elementwise: true,
    init: (parameters) => ({
      whole: { count: tf.scalar(0) },
      perParameter: { mean: mapNamed(parameters, tf.zerosLike), square: mapNamed(parameters, tf.zerosLike) },
    }),
    update(updates, { whole, perParameter }) {
      const count = tf.add(whole!['count']!, 1);
      const meanCorrection = tf.sub(1, tf.pow(beta1, count));
      const meanSquareCorrection = tf.sub(1, tf.pow(beta2, count));
      const next: { [what: string]: NamedTensors } = { mean: {}, square: {} };
      const directions = mapNamed(updates, (gradient, name) => {
        const oldMean = perParameter!['mean']![name]!;
        const oldSquare = perParameter!['square']![name]!;
        const mean = tf.add(oldMean, tf.mul(tf.sub(gradient, oldMean), 1 - beta1));
        const meanSquare = tf.add(oldSquare, tf.mul(tf.sub(tf.square(gradient), oldSquare), 1 - beta2));
        next['mean']![name] = mean;
        next['square']![name] = meanSquare;
        return direction({ mean, meanSquare, meanCorrection, meanSquareCorrection });
      });
      return { updates: directions, state: { whole: { count }, perParameter: next } };
    },
  };
}

/**
 * AdamATan2's direction: `atan2(m, sqrt(v) / sqrt(1 - beta2^t)) / (1 - beta1^t)`. There is no epsilon, and the step
 * does not depend on the scale of the loss. The first correction scales the step; it is not inside the arc tangent.
 *
 * Source: arXiv 2407.05872; the `adam-atan2` package that the official HRM trains with.
 */
export function scaleByAtan2(options: MomentsOptions = {}): GradientTransformation {
  expectOptions('scaleByAtan2', options, ['beta1', 'beta2']);
  return scaleByMoments(options, ({ mean, meanSquare, meanCorrection, meanSquareCorrection }) =>
    tf.div(atan2RightHalfPlane(mean, tf.div(tf.sqrt(meanSquare), tf.sqrt(meanSquareCorrection))), meanCorrection),
  );
}

/** Adam's direction: `(m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)`. Epsilon is 1e-8 by default. */
export function scaleByAdam(options: MomentsOptions & { epsilon?: number } = {}): GradientTransformation {
  expectOptions('scaleByAdam', options, ['beta1', 'beta2', 'epsilon']);
  const { epsilon = 1e-8 } = options;
  expectNotNegative('scaleByAdam', { epsilon });
  return scaleByMoments(options, ({ mean, meanSquare, meanCorrection, meanSquareCorrection }) =>
    tf.div(tf.div(mean, meanCorrection), tf.add(tf.sqrt(tf.div(meanSquare, meanSquareCorrection)), epsilon)),
  );
}
