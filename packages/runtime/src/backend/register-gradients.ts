import * as tf from '@tensorflow/tfjs-core';

/**
 * Registers the gradients of all operations, so that they work on every backend. Of the backends only the native one
 * registers them itself.
 */
export async function registerGradients(): Promise<void> {
  if (!tf.getGradient('Conv2D')) await import('@tensorflow/tfjs-core/dist/register_all_gradients');
}
