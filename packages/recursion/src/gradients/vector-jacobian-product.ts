import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '@hrm/layers';
import { apartFromOuterTape } from './outer-tape';

/**
 * `J^T v`, where J is the Jacobian of `f` at a point. A constant to any gradient taken around it.
 *
 * @param f differentiable; maps tensors of the point's shape to tensors of the vector's.
 * @param point where J is taken.
 * @param vector of the shape of `f(point)`.
 * @returns of the point's shape; zero where f does not depend on it.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { vectorJacobianProduct } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * vectorJacobianProduct((z) => tf.square(z), tf.tensor1d([1, 2]), tf.tensor1d([1, 1])).print(); // [2, 4]
 * ```
 */
export function vectorJacobianProduct<T extends tf.Tensor>(f: (point: T) => tf.Tensor, point: T, vector: tf.Tensor): T {
  registerGradients();
  return tf.tidy(() =>
    apartFromOuterTape(() => {
      const { grads } = tf.engine().gradients(() => f(point), [point], vector, true);
      // Copied, for the product of the identity would be the caller's own vector.
      return (grads[0] ? tf.clone(grads[0]) : tf.zerosLike(point)) as T;
    }),
  );
}
