import * as tf from '@tensorflow/tfjs-core';

/**
 * Notes which variables there are. What it returns frees all that were made since: for a constructor that makes several
 * parts, of which a later one may be refused.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Linear, noteVariables, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const freeNewVariables = noteVariables();
 * const random = new RandomStream(0);
 * try {
 *   new Linear({ inputSize: 2, outputSize: 2, random });
 *   new Linear({ inputSize: -1, outputSize: 2, random });
 * } catch {
 *   freeNewVariables();
 * }
 * console.log(tf.memory().numTensors); // 0
 * ```
 */
export function noteVariables(): () => void {
  const known = new Set(Object.values(tf.engine().registeredVariables));
  return () => {
    for (const variable of Object.values(tf.engine().registeredVariables)) {
      if (!known.has(variable)) variable.dispose();
    }
  };
}
