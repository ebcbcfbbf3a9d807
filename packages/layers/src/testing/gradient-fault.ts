import type { GradientCheck } from './check-gradients';
import { brief } from './part-fault';

/** Where numbers that are not finite usually come from. */
export const NOT_FINITE =
  'likely a division by zero, the root or logarithm of what can be 0 or less, or an exponential that overflows';

/**
 * What is wrong with a gradient, and where that usually comes from.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { withoutGradient } from '@hrm/layers';
 * import { checkGradients, gradientFault } from '@hrm/layers/testing';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const x = tf.variable(tf.tensor1d([1, 2]));
 * const [check] = checkGradients(() => tf.mul(withoutGradient(() => tf.square(x)), 2), { x });
 * console.log(gradientFault(check!)); // no gradient reaches x (...): likely withoutGradient ...
 * ```
 */
export function gradientFault({
  name,
  direction,
  byTape,
  byDifferences,
  error,
}: Omit<GradientCheck, 'direction'> & { direction?: GradientCheck['direction'] }): string {
  const along = direction && (direction === 'gradient' ? 'along itself ' : 'along a random direction ');
  const figures = `${along ?? ''}it is ${brief(byTape)}, by finite differences ${brief(byDifferences)}`;
  if (!Number.isFinite(byTape) || !Number.isFinite(byDifferences)) {
    return `the gradient by ${name} is not finite (${figures}): ${NOT_FINITE}`;
  }
  if (byTape === 0 && byDifferences !== 0) {
    return (
      `no gradient reaches ${name} (${figures}): likely withoutGradient or stopGradient around it, a value read with ` +
      'dataSync and put back, or a gradient of your own (tf.customGrad) that leaves it out'
    );
  }
  return (
    `the gradient by ${name} is ${brief(100 * error)}% off (${figures}): likely a wrong gradFunc of tf.customGrad, or a ` +
    'kink such as that of relu at 0, which finite differences cannot cross'
  );
}
