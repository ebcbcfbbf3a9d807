import * as tf from '@tensorflow/tfjs-core';
import { valueAndGradients, type RandomStream } from '@hrm/layers';

/** A derivative along one direction, by automatic differentiation and by finite differences. */
export interface DirectionalDerivative {
  /** Name of the variable. */
  name: string;
  byTape: number;
  byDifferences: number;
  /** Difference of the two, relative to the norm of the gradient. */
  error: number;
}

/** Step of the finite differences: large enough against float32 rounding, for values of about 1. */
const step = 0.05;

const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
const dot = (a: Float32Array, b: Float32Array) => a.reduce((total, value, i) => total + value * b[i]!, 0);

/**
 * Compares the gradient of summed losses with central differences of four points, along the gradient and along one
 * random direction for each variable. (`checkGradients` of `@hrm/layers/testing` chooses its step from the output. Here
 * most of the loss does not depend on the controller, so the step is fixed.)
 *
 * @param losses returns a vector; it is summed in float64.
 * @param variables variables with values of about 1.
 */
export function directionalDerivatives(
  losses: () => tf.Tensor,
  variables: { readonly [name: string]: tf.Variable },
  random: RandomStream,
): DirectionalDerivative[] {
  const gradients = tf.tidy(() =>
    valueAndGradients(() => ({ loss: tf.sum(losses()), auxiliary: {} }), Object.values(variables)).gradients.map(
      (gradient) => gradient.dataSync<'float32'>(),
    ),
  );
  return Object.entries(variables).flatMap(([name, variable], index) => {
    const gradient = gradients[index]!;
    const start = variable.dataSync<'float32'>().slice();
    const move = (values: Float32Array) => tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    const lossAt = (offset: number, direction: Float32Array) => {
      move(start.map((value, i) => value + offset * direction[i]!));
      return tf.tidy(() => sum(losses().dataSync<'float32'>()));
    };
    const along = (direction: Float32Array): DirectionalDerivative => {
      const near = lossAt(step, direction) - lossAt(-step, direction);
      const far = lossAt(2 * step, direction) - lossAt(-2 * step, direction);
      const byDifferences = (8 * near - far) / (12 * step);
      const byTape = dot(gradient, direction);
      const error =
        Math.abs(byDifferences - byTape) / Math.max(Math.abs(byTape), Math.sqrt(dot(gradient, gradient)), 1e-3);
      return { name, byTape, byDifferences, error };
    };
    const size = Math.sqrt(dot(gradient, gradient) / gradient.length);
    const found = [
      along(gradient.map((value) => (size > 0 ? value / size : 0))),
      along(start.map(() => (random.uniform() < 0.5 ? -1 : 1))),
    ];
    move(start);
    return found;
  });
}
