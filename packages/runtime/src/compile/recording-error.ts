/**
 * A function could not be recorded by `compile`: it reads a tensor's values, draws random numbers, does other things the
 * second time, or uses an operation that a graph cannot hold. The message names the operation and what to do.
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
