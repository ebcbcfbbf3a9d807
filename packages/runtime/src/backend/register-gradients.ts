import * as tf from '@tensorflow/tfjs-core';

/**
 * Makes gradients work on every backend. tfjs-core registers none by itself: the native backend brings them along, WebAssembly
 * and plain JavaScript do not, and a program should not depend on which of them it got.
 */
export async function registerGradients(): Promise<void> {
  if (!tf.getGradient('Conv2D')) await import('@tensorflow/tfjs-core/dist/register_all_gradients');
}
