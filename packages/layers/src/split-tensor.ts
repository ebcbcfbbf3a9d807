import * as tf from '@tensorflow/tfjs-core';

/** Splits an axis into parts of the given sizes. Typed by their number, which `tf.split` does not tell the compiler. */
export function splitTensor<T extends tf.Tensor, const Sizes extends readonly number[]>(
  x: T,
  sizes: Sizes,
  axis: number,
): { [Index in keyof Sizes]: T } {
  return tf.split(x, [...sizes], axis) as { [Index in keyof Sizes]: T };
}

/** Splits the last axis into two halves. */
export function splitInHalf<T extends tf.Tensor>(x: T): readonly [T, T] {
  const half = x.shape.at(-1)! / 2;
  return splitTensor(x, [half, half], -1);
}
