import type { GradientCheck } from './check-gradients';
import { brief } from './part-fault';

/** The usual cause of numbers that are not finite. */
export const NOT_FINITE =
  'likely a division by zero, a root or logarithm of a number that is 0 or less, or an exponential that overflows';

/**
 * Describes what is wrong with a gradient, with the usual cause.
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
      'dataSync and turned into a tensor again, or a custom gradient that leaves it out'
    );
  }
  return (
    `the gradient by ${name} is ${brief(100 * error)}% off (${figures}): likely a wrong custom gradient, or a ` +
    "kink such as relu's at 0, where finite differences fail"
  );
}
