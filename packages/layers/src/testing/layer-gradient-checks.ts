import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '../random/random-stream';
import { checkGradients } from './check-gradients';
import { gradientFault } from './gradient-fault';
import type { LayerCheck } from './layer-check';
import { computeAll, disturb, parametersOf } from './layer-values';
import { expectThat, PartFault } from './part-fault';

const gradients: LayerCheck = {
  title: 'has the gradients that finite differences have, by its input and each parameter',
  check(subject) {
    const sizes = subject.sizes[0]!;
    subject.withLayer(sizes, (layer) => {
      disturb(layer, new RandomStream(3));
      const input = subject.input(sizes);
      const isDifferentiable = input.dtype === 'float32';
      const x = isDifferentiable ? tf.variable(input) : input;
      try {
        const variables = { ...(isDifferentiable && { input: x as tf.Variable }), ...parametersOf(layer) };
        expectThat(
          Object.keys(variables).length > 0,
          () => 'there is nothing to differentiate by: the input is of integers, and "parameters" names none',
        );
        const wrong = checkGradients(() => layer.apply(x as typeof input), variables).find(
          ({ error }) => !(error < 1e-3),
        );
        if (wrong) throw new PartFault(gradientFault(wrong));
      } finally {
        input.dispose();
        x.dispose();
      }
    });
  },
};

const tensors = (count: number) => `${count} tensor${count === 1 ? '' : 's'}`;

const leaks: LayerCheck = {
  title: 'leaks no tensor, forward or backward',
  check(subject) {
    const sizes = subject.sizes[0]!;
    const before = tf.memory().numTensors;
    subject.withLayer(sizes, (layer) => {
      const x = subject.input(sizes);
      const had = tf.memory().numTensors;
      const y = layer.apply(x);
      const made = tf.memory().numTensors - had;
      expectThat(
        made <= 1,
        () =>
          `apply leaves ${tensors(made - 1)} behind beside its output: wrap what it does in tf.tidy, and tf.keep nothing`,
      );
      expectThat(made === 1, () =>
        made === 0
          ? 'apply returns a tensor that was there before, its input or a parameter: return a copy, tf.clone(x)'
          : `apply frees ${tensors(1 - made)} that it was given: likely a dispose() too many`,
      );
      y.dispose();
      x.dispose();
    });
    const left = tf.memory().numTensors - before;
    expectThat(left === 0, () =>
      left > 0
        ? `${tensors(left)} left when the layer is disposed of: likely a variable that "parameters" does not name, one ` +
          'that a dispose() of its own forgets, or a tensor that the constructor made without tf.tidy'
        : `disposing of the layer frees ${tensors(-left)} too many`,
    );
    computeAll(subject, sizes);
    const after = tf.memory().numTensors - before;
    expectThat(
      after === 0,
      () =>
        `${tensors(after)} left after gradients were taken: likely a tf.keep, or a gradFunc that saves what it made`,
    );
  },
};

/** What a layer learns from, and whether it cleans up. */
export const layerGradientChecks = [gradients, leaks];
