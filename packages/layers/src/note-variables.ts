import * as tf from '@tensorflow/tfjs-core';

/**
 * Notes which variables there are. What it returns frees all that were made since: for a constructor that makes several
 * parts, of which a later one may be refused.
 */
export function noteVariables(): () => void {
  const known = new Set(Object.values(tf.engine().registeredVariables));
  return () => {
    for (const variable of Object.values(tf.engine().registeredVariables)) {
      if (!known.has(variable)) variable.dispose();
    }
  };
}
