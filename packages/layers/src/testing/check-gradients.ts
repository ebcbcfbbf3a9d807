import * as tf from '@tensorflow/tfjs-core';
import { valueAndGradients } from '../autodiff/value-and-gradients';
import { RandomStream } from '../random/random-stream';

/** A derivative along one direction, from the tape and from finite differences. */
export interface GradientCheck {
  /** The variable by which was differentiated. */
  name: string;
  /** `'gradient'`: along the gradient itself; `'random'`: each element up or down at random. */
  direction: 'gradient' | 'random';
  byTape: number;
  byDifferences: number;
  /** Their distance, relative to the size of the gradient. */
  error: number;
}

/** Options of {@link checkGradients}. */
export interface GradientCheckOptions {
  /** Random directions for each variable. Default 3. */
  directions?: number;
  /** Length of a step along a direction, as the relative change of the result. Default 0.01. */
  step?: number;
  /** Draws the directions. Default a stream with seed 0. */
  random?: RandomStream;
}

const rootMeanSquare = (values: Float32Array) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / Math.max(1, values.length));

/** Sums in float64: the difference of two float32 sums would be mostly rounding. */
function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/**
 * Compares the gradients of a function with central finite differences, along the gradient and some random directions
 * of each variable. In float32 a difference for a single element is mostly rounding; along a direction it is not.
 *
 * A right gradient has errors below 1e-3, a wrong one of 1e-2 and more. Finite differences fail at a kink, such as
 * relu's.
 *
 * @param f computes a tensor of any shape from the variables. The loss is its sum with fixed random weights.
 * @param variables the variables to differentiate by, by name. Their values are restored.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { checkGradients } from '@hrm/layers/testing';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const x = tf.variable(tf.tensor1d([1, 2, 3]));
 * const checks = checkGradients(() => tf.square(x), { x });
 * console.log(Math.max(...checks.map(({ error }) => error)) < 1e-3); // true
 * ```
 */
export function checkGradients(
  f: () => tf.Tensor,
  variables: { readonly [name: string]: tf.Variable },
  { directions = 3, step = 0.01, random = new RandomStream(0) }: GradientCheckOptions = {},
): GradientCheck[] {
  const values = () => tf.tidy(() => f().dataSync<'float32'>().slice());
  const centre = values();
  const weights = centre.map(() => random.normal());
  const gradients = tf.tidy(() =>
    valueAndGradients(() => {
      const y = f();
      return { loss: tf.sum(tf.mul(y, tf.tensor(weights, y.shape))), auxiliary: {} };
    }, Object.values(variables)).gradients.map((gradient) => gradient.dataSync<'float32'>()),
  );

  return Object.entries(variables).flatMap(([name, variable], index) => {
    const gradient = gradients[index]!;
    const start = variable.dataSync<'float32'>().slice();
    const valuesAt = (offset: number, direction: Float32Array) => {
      tf.tidy(() =>
        variable.assign(
          tf.tensor(
            start.map((value, i) => value + offset * direction[i]!),
            variable.shape,
          ),
        ),
      );
      return values();
    };
    const lossAt = (offset: number, direction: Float32Array) => dot(valuesAt(offset, direction), weights);
    const checkAlong = (kind: GradientCheck['direction'], direction: Float32Array): GradientCheck => {
      const probe = 1e-3 * (rootMeanSquare(start) || 1);
      const moved = rootMeanSquare(valuesAt(probe, direction).map((value, i) => value - centre[i]!));
      const h = moved > 0 ? (probe * step * (rootMeanSquare(centre) || 1)) / moved : probe;
      // Four points: the error falls with the fourth power of the step, so the step can be large against rounding.
      const near = lossAt(h, direction) - lossAt(-h, direction);
      const far = lossAt(2 * h, direction) - lossAt(-2 * h, direction);
      const byDifferences = (8 * near - far) / (12 * h);
      const byTape = dot(gradient, direction);
      const scale = Math.max(
        Math.abs(byTape),
        Math.sqrt(dot(gradient, gradient)),
        1e-3 * Math.abs(byDifferences),
        1e-4,
      );
      return { name, direction: kind, byTape, byDifferences, error: Math.abs(byDifferences - byTape) / scale };
    };
    const size = rootMeanSquare(gradient);
    const signs = () => start.map(() => (random.uniform() < 0.5 ? -1 : 1));
    const checks = [
      ...(size > 0
        ? [
            checkAlong(
              'gradient',
              gradient.map((value) => value / size),
            ),
          ]
        : []),
      ...Array.from({ length: directions }, () => checkAlong('random', signs())),
    ];
    tf.tidy(() => variable.assign(tf.tensor(start, variable.shape)));
    return checks;
  });
}
