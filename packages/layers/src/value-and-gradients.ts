import * as tf from '@tensorflow/tfjs-core';
import { mapTensors } from './map-tensors';
import { registerGradients } from './register-gradients';

/** What {@link valueAndGradients} returns. */
export interface ValueAndGradients<Auxiliary> {
  loss: tf.Scalar;
  /** One gradient a tensor in `withRespectTo`, zero where the loss does not depend on it. */
  gradients: tf.Tensor[];
  auxiliary: Auxiliary;
}

/**
 * A loss, its gradients, and whatever else was computed on the way, in one pass (JAX's `value_and_grad` with `has_aux`).
 *
 * @param f computes the scalar loss, and beside it any nesting of tensors to hand out.
 * @param withRespectTo variables, or tensors made before this call, to differentiate by.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { valueAndGradients } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const weight = tf.variable(tf.scalar(3));
 * const { gradients } = valueAndGradients(() => {
 *   const square = tf.square(weight);
 *   return { loss: tf.sum(tf.mul(square, 2)) as tf.Scalar, auxiliary: { square } };
 * }, [weight]);
 * gradients[0]!.print(); // 12
 * ```
 */
export function valueAndGradients<Auxiliary>(
  f: () => { loss: tf.Scalar; auxiliary: Auxiliary },
  withRespectTo: readonly tf.Tensor[],
): ValueAndGradients<Auxiliary> {
  registerGradients();
  let auxiliary: Auxiliary | undefined;
  const { value, grads } = tf.engine().gradients(
    () => {
      const result = f();
      // Kept so that they outlive the tape's own scope; copied so that the same tensor may be handed out twice.
      auxiliary = mapTensors(result.auxiliary, (tensor) => tf.keep(tf.clone(tensor)));
      return result.loss;
    },
    [...withRespectTo],
    undefined,
    true,
  );
  return {
    loss: value as tf.Scalar,
    gradients: withRespectTo.map((x, i) => grads[i] ?? tf.zerosLike(x)),
    auxiliary: mapTensors(auxiliary as Auxiliary, (kept) => {
      const copy = tf.clone(kept);
      kept.dispose();
      return copy;
    }),
  };
}
