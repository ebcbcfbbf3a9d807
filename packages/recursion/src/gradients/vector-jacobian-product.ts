import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '@hrm/layers';
import { withSeparateTape } from './outer-tape';

/**
 * Computes `J^T v`, where J is the Jacobian of `f` at a point. No gradient flows through it.
 *
 * @param f a differentiable function from the point's shape to the vector's shape.
 * @param point the point of J.
 * @param vector of the shape of `f(point)`.
 * @returns a tensor of the point's shape; zero if f does not depend on the point.
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
    withSeparateTape(() => {
      const { grads } = tf.engine().gradients(() => f(point), [point], vector, true);
      // Copied, because for the identity the product is the caller's vector.
      return (grads[0] ? tf.clone(grads[0]) : tf.zerosLike(point)) as T;
    }),
  );
}
