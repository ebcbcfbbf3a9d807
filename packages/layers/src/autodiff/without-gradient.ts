import * as tf from '@tensorflow/tfjs-core';
import { mapTensors } from '../map-tensors';
import { customGradient } from './custom-gradient';

/** A copy that no tidy frees. It is added to `kept`, so that the caller can free it even after an error. */
export function keepCopy(tensor: tf.Tensor, kept: tf.Tensor[]): tf.Tensor {
  const copy = tf.keep(tf.clone(tensor));
  kept.push(copy);
  return copy;
}

/**
 * Runs `f` without gradient: its results are constants to any gradient taken around this call. Its intermediate tensors
 * are freed. Like PyTorch's `torch.no_grad()`.
 *
 * @param f returns a tensor, or any nesting of objects and arrays of tensors.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { registerGradients, withoutGradient } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * registerGradients();
 * const slope = tf.grad((x) => tf.mul(x, withoutGradient(() => tf.square(x))))(tf.scalar(3));
 * slope.print(); // 9, since the square is a constant
 * ```
 */
export function withoutGradient<T extends tf.TensorContainer>(f: () => T): T {
  let result: T | undefined;
  const kept: tf.Tensor[] = [];
  // Operations inside a custom gradient are not on the tape, so their results are constants. This one has no inputs,
  // and its value is dropped: it only opens such a scope.
  const scope = customGradient(
    () => {
      // Copies, because `f` may return one of its inputs, or the same tensor twice.
      result = tf.tidy(() => mapTensors(f(), (tensor) => keepCopy(tensor, kept)));
      return { value: tf.scalar(0), saved: [] };
    },
    () => [],
  );
  try {
    scope().dispose();
    // Clones, so that the caller's tidy frees them, as it does any result.
    return mapTensors(result as T, (copy) => tf.clone(copy));
  } finally {
    tf.dispose(kept);
  }
}

/**
 * Returns the same value as a constant: no gradient flows to `x`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { registerGradients, stopGradient } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * registerGradients();
 * tf.grad((x) => tf.mul(x, stopGradient(x)))(tf.scalar(3)).print(); // 3
 * ```
 */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return withoutGradient(() => tf.clone(x)) as T;
}
