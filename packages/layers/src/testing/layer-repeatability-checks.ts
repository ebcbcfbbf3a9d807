import * as tf from '@tensorflow/tfjs-core';
import { namedParameters } from '../layer';
import { RandomStream } from '../random/random-stream';
import type { LayerCheck } from './layer-check';
import { computeAll, disturb, outputOf, readParameters, type Values } from './layer-values';
import { brief, distanceOf, expectThat } from './part-fault';

/** The name of the first values that differ. */
const differing = (one: Values, other: Values) =>
  Object.keys(one).find((name) => one[name]!.join() !== other[name]?.join()) ?? 'the output';

const saving: LayerCheck = {
  title: 'returns equal answers when its parameter values are copied to a new layer',
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
        const [names, savedNames] = [[...parameters.keys()].join(', '), Object.keys(saved).join(', ')];
        expectThat(
          names === savedNames,
          () =>
            `one layer has the parameters ${savedNames || 'none'}, a new one ${names || 'none'}: likely names come from a counter or at random`,
        );
        tf.tidy(() => {
          for (const [name, parameter] of parameters) parameter.assign(tf.tensor(saved[name]!, parameter.shape));
        });
        const again = outputOf(subject, layer, sizes);
        expectThat(
          again.join() === answer.join(),
          () =>
            `a new layer with the same parameter values returns another answer, by up to ${brief(distanceOf(again, answer).distance)}: it uses ` +
            'values outside "parameters", likely a variable or random numbers of its own',
        );
      },
      7,
    );
  },
};

const seeds: LayerCheck = {
  title: 'has initial values that depend on the seed alone, including seed 0',
  check(subject) {
    const sizes = subject.sizes[0]!;
    const startFrom = (seed: number): Values =>
      subject.withLayer(
        sizes,
        (layer) => ({ ...readParameters(layer), 'the output': outputOf(subject, layer, sizes) }),
        seed,
      );
    const isSame = (one: Values, other: Values) => JSON.stringify(one) === JSON.stringify(other);
    const [first, again, another] = [startFrom(0), startFrom(0), startFrom(1)];
    expectThat(
      isSame(first, again),
      () =>
        `two layers from one seed start with different values of ${differing(first, again)}: draw all initial values from ` +
        'context.random, never from Math.random or TensorFlow.js',
    );
    const { 'the output': _, ...starts } = first;
    if (subject.start === 'fixed') {
      expectThat(
        isSame(first, another),
        () => `the initial values depend on the seed, but describeLayer has the option start: 'fixed'`,
      );
      return;
    }
    expectThat(
      Object.entries(starts).some(([name, values]) => values.join() !== another[name]?.join()),
      () =>
        'the initial values do not depend on the seed: likely they are not drawn from context.random; if this is meant, ' +
        "give describeLayer the option start: 'fixed'",
    );
  },
};

const backends: LayerCheck = {
  title: 'returns the same answers and gradients on every backend',
  applies: (subject) => subject.backends.length > 1,
  async check(subject) {
    const sizes = subject.sizes.at(-1)!;
    const [first, ...others] = subject.backends;
    await first!.use();
    const expected = computeAll(subject, sizes);
    for (const backend of others) {
      await backend.use();
      const got = computeAll(subject, sizes);
      for (const [name, values] of Object.entries(expected)) {
        const { distance, isSame } = distanceOf(got[name] ?? [], values);
        expectThat(
          isSame,
          () =>
            `${name} differs between ${backend.name} and ${first!.name}, by up to ${brief(distance)}: likely numbers ` +
            'that are not finite or not drawn from context.random, an operation that backends compute differently, or a ' +
            'branch on tf.getBackend()',
        );
      }
    }
    await first!.use();
  },
};

/** Checks that a layer's results repeat: after saving, from the seed, on every backend. */
export const layerRepeatabilityChecks = [saving, seeds, backends];
