import * as tf from '@tensorflow/tfjs-core';

/** Whether a gradient is being taken around this call, of what is computed now. */
export function isGradientTaken(): boolean {
  const { gradientDepth, kernelDepth } = tf.engine().state;
  return gradientDepth > 0 && kernelDepth === 0;
}

/**
 * Runs `f` as if no gradient were being taken around it, so that gradients can be taken inside anywhere: in the backward
 * pass of a custom gradient, where TensorFlow.js would lose the outer tape, or under `withoutGradient`, where it records
 * none.
 */
export function apartFromOuterTape<T>(f: () => T): T {
  const { state } = tf.engine();
  const { activeTape, gradientDepth, kernelDepth } = state;
  Object.assign(state, { gradientDepth: 0, kernelDepth: 0 });
  try {
    return f();
  } finally {
    Object.assign(state, { activeTape, gradientDepth, kernelDepth });
  }
}
