import * as tf from '@tensorflow/tfjs-core';

/**
 * Notes which variables exist. The function it returns frees all variables made since then. Use it in a constructor
 * that makes several parts, because a later part may throw.
 */
export function noteVariables(): () => void {
  const known = new Set(Object.values(tf.engine().registeredVariables));
  return () => {
    for (const variable of Object.values(tf.engine().registeredVariables)) {
      if (!known.has(variable)) variable.dispose();
    }
  };
}
