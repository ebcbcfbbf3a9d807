import * as tf from '@tensorflow/tfjs-core';
import { describeValue } from '../checks/describe-value';
import { currentPrecision, inPrecision } from './precision';

/** One gradient for each input, of that input's shape. */
type Gradients<Inputs extends tf.Tensor[]> = { [Index in keyof Inputs]: tf.Tensor };

/**
 * A function of tensors with a gradient of your own, like JAX's `custom_vjp`. Other tensors that `forward` makes are
 * freed when it returns, except those in `saved`.
 *
 * @param forward computes the value, and lists in `saved` the tensors that the gradient needs: they are kept until the
 *   backward pass. Gradient flows to its inputs only.
 * @param backward takes the gradient by the value and the saved tensors; returns the gradient by each input. It cannot
 *   be differentiated again.
 * @throws TypeError if either is not a function.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { customGradient } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const clipped = customGradient(
 *   (x: tf.Tensor) => ({ value: tf.square(x), saved: [x] }),
 *   (dy, [x]) => [tf.mul(dy, tf.clipByValue(tf.mul(2, x), -1, 1))],
 * );
 * tf.grad(clipped)(tf.tensor1d([0.1, 3])).print(); // [0.2, 1]
 * ```
 */
export function customGradient<
  Inputs extends tf.Tensor[],
  Output extends tf.Tensor,
  const Saved extends readonly tf.Tensor[],
>(
  forward: (...inputs: Inputs) => { value: Output; saved: Saved },
  backward: (dy: Output, saved: Saved) => Gradients<Inputs>,
): (...inputs: Inputs) => Output {
  for (const [name, given] of Object.entries({ forward, backward })) {
    if (typeof given === 'function') continue;
    throw new TypeError(`customGradient: ${name} is ${describeValue(given)}, expected a function of tensors`);
  }
  return tf.customGrad<Output>((...inputs) => {
    // Casts, because TensorFlow.js passes the saving function at the end of the inputs, and types the saved tensors as
    // any list.
    const save = inputs.pop() as tf.GradSaveFunc;
    const { value, saved } = forward(...(inputs as Inputs));
    // After the value is there: only then does the tape free what is saved.
    save([...saved]);
    // The backward pass runs outside of `inPrecision`, but its products are as precise as those of the forward pass.
    const precision = currentPrecision();
    const gradFunc = (dy: Output, kept: tf.Tensor[]) =>
      inPrecision(precision, () => [...backward(dy, kept as readonly tf.Tensor[] as Saved)]);
    return { value, gradFunc };
  });
}
