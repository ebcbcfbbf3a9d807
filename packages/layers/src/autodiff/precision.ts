import { expectChoice } from '../checks/expect-choice';

/**
 * In which numbers products of matrices are computed. In `'bfloat16'` both factors are rounded to bfloat16, 8 bits of
 * precision, and products are summed in float32. All else is float32: weights, norms, softmax, losses, optimizers.
 */
export type Precision = 'float32' | 'bfloat16';

/** All precisions, the default first. */
export const PRECISIONS = ['float32', 'bfloat16'] as const satisfies readonly Precision[];

let current: Precision = 'float32';

/** The precision that {@link inPrecision} has set. */
export const currentPrecision = (): Precision => current;

/**
 * Computes the products of layers in `precision`: those of {@link matMul}, and so of all linear layers, and those of
 * attention. Their gradients follow, also if they are computed after this call. Like PyTorch's `torch.autocast`.
 *
 * A backend that has no such product computes it in float32: all backends except native TensorFlow.
 *
 * @param f must not be asynchronous.
 * @throws RangeError if there is no such precision.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { inPrecision, matMul } from '@hrm/layers';
 * import { selectBackend } from '@hrm/runtime';
 *
 * await selectBackend();
 * const x = tf.tensor2d([[1.001]]);
 * inPrecision('bfloat16', () => matMul(x, x)).print(); // 1 on native TensorFlow, 1.002 elsewhere
 * ```
 */
export function inPrecision<T>(precision: Precision, f: () => T): T {
  expectChoice('inPrecision', { precision }, PRECISIONS);
  const outer = current;
  current = precision;
  try {
    return f();
  } finally {
    current = outer;
  }
}
