import * as tf from '@tensorflow/tfjs-core';

/** Whether operations are being recorded for a gradient. */
export function isGradientTaken(): boolean {
  const { gradientDepth, kernelDepth } = tf.engine().state;
  return gradientDepth > 0 && kernelDepth === 0;
}

/**
 * Runs `f` with a tape of its own, so that it can take gradients anywhere: in the backward pass of a custom gradient,
 * where TensorFlow.js would lose the outer tape, or inside `withoutGradient`, where it records nothing.
 */
export function withSeparateTape<T>(f: () => T): T {
  const { state } = tf.engine();
  const { activeTape, gradientDepth, kernelDepth } = state;
  Object.assign(state, { gradientDepth: 0, kernelDepth: 0 });
  try {
    return f();
  } finally {
    Object.assign(state, { activeTape, gradientDepth, kernelDepth });
  }
}
