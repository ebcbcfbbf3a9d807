/**
 * The error of a function that `compile` cannot record: it reads a tensor's values, draws random numbers, changes
 * between calls, or uses an operation that a graph cannot have. The message names the operation and how to fix it.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { compile, RecordingError, selectBackend } from '@hrm/runtime';
 *
 * await selectBackend();
 * const peek = compile((x: tf.Tensor) => tf.add(x, x.dataSync()[0]!)); // its result depends on a value read inside
 * try {
 *   peek(tf.tensor1d([1, 2])).print(); // fine where compile() is the identity
 * } catch (error) {
 *   if (!(error instanceof RecordingError)) throw error;
 *   console.log(error.message);
 * }
 * ```
 */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}
