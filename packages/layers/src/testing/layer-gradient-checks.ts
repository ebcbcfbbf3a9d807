import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '../random/random-stream';
import { checkGradients } from './check-gradients';
import { gradientFault } from './gradient-fault';
import type { LayerCheck } from './layer-check';
import { computeAll, disturb, parametersOf } from './layer-values';
import { expectThat, PartFault } from './part-fault';

const gradients: LayerCheck = {
  title: 'has gradients that agree with finite differences, by its input and each parameter',
  check(subject) {
    const sizes = subject.sizes[0]!;
    subject.withLayer(sizes, (layer) => {
      disturb(layer, new RandomStream(3));
      const input = subject.input(sizes);
      const variable = input.dtype === 'float32' ? tf.variable(input) : undefined;
      try {
        const variables = { ...(variable && { input: variable }), ...parametersOf(layer) };
        expectThat(
          Object.keys(variables).length > 0,
          () => 'there is nothing to differentiate by: the input holds integers, and "parameters" is empty',
        );
        const wrong = checkGradients(() => layer.apply((variable ?? input) as typeof input), variables).find(
          ({ error }) => !(error < 1e-3),
        );
        if (wrong) throw new PartFault(gradientFault(wrong));
      } finally {
        input.dispose();
        variable?.dispose();
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
        () => `apply leaves ${tensors(made - 1)} besides its output: wrap it in tf.tidy, and use no tf.keep`,
      );
      expectThat(made === 1, () =>
        made === 0
          ? 'apply returns its input or a parameter: return a copy, tf.clone(x)'
          : `apply frees ${tensors(1 - made)} of the caller: likely a dispose() too many`,
      );
      y.dispose();
      x.dispose();
    });
    const left = tf.memory().numTensors - before;
    expectThat(left === 0, () =>
      left > 0
        ? `${tensors(left)} left after the layer is disposed: likely a variable that is missing in "parameters" or in the ` +
          "layer's dispose(), or a tensor that the constructor made without tf.tidy"
        : `disposing the layer frees ${tensors(-left)} too many`,
    );
    computeAll(subject, sizes);
    const after = tf.memory().numTensors - before;
    expectThat(
      after === 0,
      () =>
        `${tensors(after)} left after gradients were taken: likely a tf.keep, or a custom gradient that keeps its own tensors`,
    );
  },
};

/** Checks of gradients and leaks. */
export const layerGradientChecks = [gradients, leaks];
