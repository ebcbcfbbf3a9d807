import * as tf from '@tensorflow/tfjs-core';

/**
 * Puts another function in place of a backend's kernel, whose set-up is kept: the new one may call the old. Returns what puts the
 * old one back.
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
