import * as tf from '@tensorflow/tfjs-core';
import { describeValue } from '../checks/describe-value';

/** One gradient for each input, of that input's shape. */
type Gradients<Inputs extends tf.Tensor[]> = { [Index in keyof Inputs]: tf.Tensor };

/**
 * A function of tensors with a gradient of its own, in place of the one the tape would make of its operations (JAX's
 * `custom_vjp`). What `forward` computes besides its value is freed when it returns, unless it is in `saved`.
 *
 * @param forward computes the value, and names the tensors that the gradient needs: they are kept until the backward pass.
 *   No gradient flows to tensors that it uses without having them as inputs.
 * @param backward takes the gradient by the value, and what was saved; returns the gradient by each input. No gradient can
 *   be taken of it again.
 * @throws TypeError where either is no function.
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
    // TensorFlow.js types neither: the inputs come as one list with the function that saves, and what was saved as any list.
    const save = inputs.pop() as tf.GradSaveFunc;
    const { value, saved } = forward(...(inputs as Inputs));
    // After the value: what is saved is freed with the tape, which knows of it once the value is there.
    save([...saved]);
    return { value, gradFunc: (dy, kept) => [...backward(dy, kept as readonly tf.Tensor[] as Saved)] };
  });
}
