import * as tf from '@tensorflow/tfjs-core';

/** Rounds to the nearest bfloat16, ties to even. */
export function roundToBfloat16(values: ArrayLike<number>): Float32Array {
  const rounded = Float32Array.from(values);
  const bits = new Uint32Array(rounded.buffer);
  for (let i = 0; i < bits.length; i++) bits[i] = ((bits[i]! + 0x7fff + ((bits[i]! >>> 16) & 1)) & 0xffff0000) >>> 0;
  return rounded;
}

/** `x` with all values rounded to bfloat16. */
export const rounded = <T extends tf.Tensor>(x: T): T => tf.tensor(roundToBfloat16(x.dataSync()), x.shape) as T;

/**
 * Gives the plain JavaScript backend a product in bfloat16, as native TensorFlow has one. Returns the number of such
 * products so far, and what takes it away again.
 */
export function bfloat16OnCpu(): { products: () => number; remove: () => void } {
  let products = 0;
  tf.registerKernel({
    kernelName: 'Bfloat16MatMul',
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs }) => {
      products++;
      const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
      const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
      return tf.matMul(rounded(a), rounded(b), transposeA, transposeB);
    },
  });
  return { products: () => products, remove: () => tf.unregisterKernel('Bfloat16MatMul', 'cpu') };
}
