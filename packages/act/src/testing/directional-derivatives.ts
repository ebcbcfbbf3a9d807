import * as tf from '@tensorflow/tfjs-core';
import { valueAndGradients, type RandomStream } from '@hrm/layers';

/** A derivative along one direction, by the tape and by finite differences. */
export interface DirectionalDerivative {
  /** By what was differentiated. */
  name: string;
  byTape: number;
  byDifferences: number;
  /** How far they are apart, relative to the size of the gradient. */
  error: number;
}

/** How far a variable is moved: enough to stand out from float32's rounding, for values of about 1. */
const step = 0.05;

const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
const dot = (a: Float32Array, b: Float32Array) => a.reduce((total, value, i) => total + value * b[i]!, 0);

/**
 * Compares the gradients of the sum of some losses with central differences of four points, along the gradient and one
 * random direction for each variable. (`checkGradients` of `@hrm/layers/testing` suits layers, whose whole output moves
 * with every parameter; here most of a loss does not depend on the controller, so the step is fixed.)
 *
 * @param losses gives a vector, added up in float64. The variables have values of about 1.
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
