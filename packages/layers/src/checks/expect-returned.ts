import * as tf from '@tensorflow/tfjs-core';
import { describeValue } from './describe-value';

/**
 * Returns what a function of a part returned, if it is an object, and not a tensor, a list or a promise.
 *
 * @param what the part and its function: `halting controller mine: decide`.
 * @param expected what it should be: `{ halted }`.
 * @throws TypeError with both.
 */
export function expectReturned<T extends object>(what: string, returned: T, expected: string): T {
  const isObject = typeof returned === 'object' && returned !== null;
  if (isObject && !(returned instanceof tf.Tensor) && !(returned instanceof Promise) && !Array.isArray(returned)) {
    return returned;
  }
  throw new TypeError(`${what} returned ${describeValue(returned)}, expected ${expected}`);
}
