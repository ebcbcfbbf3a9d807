import * as tf from '@tensorflow/tfjs-core';

/**
 * Replaces the function of a backend's kernel and keeps the kernel's set-up. The new function may call the old one.
 * Returns the function that restores the old one.
 */
export function replaceKernel(name: string, backend: string, kernelFunc: tf.KernelFunc): () => void {
  const original = tf.getKernel(name, backend);
  const put = (kernel: tf.KernelConfig) => {
    tf.unregisterKernel(name, backend);
    tf.registerKernel(kernel);
  };
  put({ ...original, kernelFunc });
  return () => put(original);
}
