import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { namedParameters } from '../layer';
import { RandomStream } from '../random-stream';
import { ShapeError } from '../shape-error';
import { valueAndGradients } from '../value-and-gradients';
import { checkGradients } from './check-gradients';
import { normalTensor, type LayerSizes, type LayerSubject, type TestableLayer } from './layer-subject';

/** Something that every layer must do. */
export interface LayerCheck {
  /** What holds of the layer, as a sentence whose subject is the layer. */
  readonly title: string;
  /** Whether it can be tried at all. Default always. */
  applies?(subject: { backends: readonly unknown[] }): boolean;
  /** Throws unless it holds. */
  check<Input extends tf.Tensor>(subject: LayerSubject<Input>): void | Promise<void>;
}

type Values = { [name: string]: Float32Array };

/** Relative and absolute distance that rounding may put between two ways to the same float32 number. */
const rounding = { relative: 1e-4, absolute: 1e-5 };

function expectClose(got: Float32Array, expected: Float32Array, what: string): void {
  expect(got.length, what).toBe(expected.length);
  // Sums in another order differ by the size of their terms, not of the result.
  const size = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const bound = rounding.absolute + rounding.relative * size;
  const worst = got.reduce((distance, value, i) => Math.max(distance, Math.abs(value - expected[i]!)), 0);
  expect(worst, `${what}: the largest difference`).toBeLessThanOrEqual(bound);
}

const parametersOf = (layer: TestableLayer<never>) => Object.fromEntries(namedParameters(layer));

function readParameters(layer: TestableLayer<never>): Values {
  return Object.fromEntries(
    [...namedParameters(layer)].map(([name, parameter]) => [name, parameter.dataSync<'float32'>().slice()]),
  );
}

/** Moves every parameter a little, so that what starts at zero or one does not stay there. */
function disturb(layer: TestableLayer<never>, random: RandomStream): void {
  tf.tidy(() => {
    for (const parameter of namedParameters(layer).values()) {
      parameter.assign(tf.add(parameter, tf.mul(0.3, normalTensor(parameter.shape, random))));
    }
  });
}

function outputOf<Input extends tf.Tensor>(
  subject: LayerSubject<Input>,
  layer: TestableLayer<Input>,
  sizes: LayerSizes,
) {
  return tf.tidy(() => layer.apply(subject.input(sizes)).dataSync<'float32'>().slice());
}

/** The layer's output and its gradients by input and parameters, all as plain values. */
function computeAll<Input extends tf.Tensor>(subject: LayerSubject<Input>, sizes: LayerSizes): Values {
  return subject.withLayer(sizes, (layer) =>
    tf.tidy(() => {
      disturb(layer, new RandomStream(3));
      const x = subject.input(sizes);
      const byWhat = { ...(x.dtype === 'float32' && { input: x as tf.Tensor }), ...parametersOf(layer) };
      const { gradients, auxiliary } = valueAndGradients(() => {
        const y = layer.apply(x);
        const weights = normalTensor(y.shape, new RandomStream(2));
        return { loss: tf.sum(tf.mul(y, weights)) as tf.Scalar, auxiliary: { y } };
      }, Object.values(byWhat));
      const values: Values = { output: auxiliary.y.dataSync<'float32'>().slice() };
      Object.keys(byWhat).forEach((name, i) => {
        values[`gradient by ${name}`] = gradients[i]!.dataSync<'float32'>().slice();
      });
      return values;
    }),
  );
}

const shapes: LayerCheck = {
  title: 'gives finite numbers of the right shape, for each size',
  check(subject) {
    for (const sizes of subject.sizes) {
      subject.withLayer(sizes, (layer) =>
        tf.tidy(() => {
          const y = layer.apply(subject.input(sizes));
          expect(y.shape, JSON.stringify(sizes)).toEqual(subject.outputShape(sizes));
          expect(y.dtype).toBe('float32');
          expect(y.dataSync<'float32'>().every(Number.isFinite), 'all numbers are finite').toBe(true);
        }),
      );
    }
  },
};

const samples: LayerCheck = {
  title: 'treats each sample of a batch by itself',
  check(subject) {
    const sizes = subject.sizes.reduce((largest, next) => (next.batch > largest.batch ? next : largest));
    expect(sizes.batch, 'the largest batch among the sizes').toBeGreaterThan(1);
    subject.withLayer(sizes, (layer) =>
      tf.tidy(() => {
        const x = subject.input(sizes);
        const together = tf.unstack(layer.apply(x));
        tf.unstack(x).forEach((sample, i) => {
          const alone = layer.apply(tf.expandDims(sample) as tf.Tensor as typeof x);
          expectClose(alone.dataSync<'float32'>(), together[i]!.dataSync<'float32'>(), `sample ${i}`);
        });
      }),
    );
  },
};

const wrongShapes: LayerCheck = {
  title: 'refuses a tensor of a wrong shape, naming the layer, what it expected and what it got',
  check(subject) {
    const sizes = subject.sizes[0]!;
    subject.withLayer(sizes, (layer) =>
      tf.tidy(() => {
        const wrong = subject.wrongInput(sizes);
        let error: unknown;
        try {
          layer.apply(wrong);
        } catch (thrown) {
          error = thrown;
        }
        expect(error, `for a tensor of shape [${wrong.shape.join(', ')}]`).toBeInstanceOf(ShapeError);
        expect((error as ShapeError).message).toMatch(/^\S.*: got a tensor of shape \[.*\], expected \[.*\]/);
      }),
    );
  },
};

const gradients: LayerCheck = {
  title: 'has the gradients that finite differences have, by its input and each parameter',
  check(subject) {
    const sizes = subject.sizes[0]!;
    subject.withLayer(sizes, (layer) => {
      disturb(layer, new RandomStream(3));
      const input = subject.input(sizes);
      const isDifferentiable = input.dtype === 'float32';
      const x = isDifferentiable ? tf.variable(input as tf.Tensor) : input;
      try {
        const variables = { ...(isDifferentiable && { input: x as tf.Variable }), ...parametersOf(layer) };
        expect(Object.keys(variables), 'something to differentiate by').not.toEqual([]);
        const checks = checkGradients(() => layer.apply(x as typeof input), variables);
        expect(checks.filter(({ error }) => !(error < 1e-3))).toEqual([]);
      } finally {
        input.dispose();
        x.dispose();
      }
    });
  },
};

const leaks: LayerCheck = {
  title: 'leaks no tensor, forward or backward',
  check(subject) {
    const sizes = subject.sizes[0]!;
    const before = tf.memory().numTensors;
    subject.withLayer(sizes, (layer) => {
      const x = subject.input(sizes);
      const made = tf.memory().numTensors;
      const y = layer.apply(x);
      expect(tf.memory().numTensors - made, 'tensors made by apply: the output alone').toBe(1);
      y.dispose();
      x.dispose();
    });
    expect(tf.memory().numTensors - before, 'tensors left when the layer is disposed').toBe(0);
    computeAll(subject, sizes);
    expect(tf.memory().numTensors - before, 'tensors left after gradients').toBe(0);
  },
};

const saving: LayerCheck = {
  title: 'gives equal answers when its parameter values are copied to a fresh layer',
  check(subject) {
    const sizes = subject.sizes[0]!;
    const [saved, answer] = subject.withLayer(sizes, (layer) => {
      disturb(layer, new RandomStream(3));
      return [readParameters(layer), outputOf(subject, layer, sizes)] as const;
    });
    subject.withLayer(
      sizes,
      (layer) => {
        const parameters = namedParameters(layer);
        expect([...parameters.keys()], 'names of the parameters').toEqual(Object.keys(saved));
        tf.tidy(() => {
          for (const [name, parameter] of parameters) parameter.assign(tf.tensor(saved[name]!, parameter.shape));
        });
        expect(outputOf(subject, layer, sizes)).toEqual(answer);
      },
      7,
    );
  },
};

const seeds: LayerCheck = {
  title: 'starts from its seed: alike from the same, 0 among them, and otherwise from another',
  check(subject) {
    const sizes = subject.sizes[0]!;
    const startFrom = (seed: number) =>
      subject.withLayer(sizes, (layer) => [readParameters(layer), outputOf(subject, layer, sizes)] as const, seed);
    const [parameters, answer] = startFrom(0);
    expect(startFrom(0)).toEqual([parameters, answer]);
    if (subject.start === 'fixed') expect(startFrom(1)).toEqual([parameters, answer]);
    else expect(startFrom(1)[0]).not.toEqual(parameters);
  },
};

const backends: LayerCheck = {
  title: 'gives the same answers and gradients on every backend',
  applies: (subject) => subject.backends.length > 1,
  async check(subject) {
    const sizes = subject.sizes.at(-1)!;
    const [first, ...others] = subject.backends;
    await first!.use();
    const expected = computeAll(subject, sizes);
    for (const backend of others) {
      await backend.use();
      const got = computeAll(subject, sizes);
      expect(Object.keys(got)).toEqual(Object.keys(expected));
      for (const [name, values] of Object.entries(got))
        expectClose(values, expected[name]!, `${name} on ${backend.name}`);
    }
    await first!.use();
  },
};

/** Everything that is asked of a layer; {@link describeLayer} makes tests of it. */
export const layerChecks: readonly LayerCheck[] = [
  shapes,
  samples,
  wrongShapes,
  gradients,
  leaks,
  saving,
  seeds,
  backends,
];
