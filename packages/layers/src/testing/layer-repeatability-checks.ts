import * as tf from '@tensorflow/tfjs-core';
import { namedParameters } from '../layer';
import { RandomStream } from '../random/random-stream';
import type { LayerCheck } from './layer-check';
import { computeAll, disturb, outputOf, readParameters, type Values } from './layer-values';
import { brief, distanceOf, expectThat } from './part-fault';

/** The first name by which two sets of values differ. */
const differing = (one: Values, other: Values) =>
  Object.keys(one).find((name) => one[name]!.join() !== other[name]?.join()) ?? 'the output';

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
        const [names, had] = [[...parameters.keys()].join(', '), Object.keys(saved).join(', ')];
        expectThat(
          names === had,
          () =>
            `a layer has the parameters ${had || 'none'}, a fresh one ${names || 'none'}: likely names that are counted up or drawn`,
        );
        tf.tidy(() => {
          for (const [name, parameter] of parameters) parameter.assign(tf.tensor(saved[name]!, parameter.shape));
        });
        const again = outputOf(subject, layer, sizes);
        expectThat(
          again.join() === answer.join(),
          () =>
            `a fresh layer with the same parameter values answers otherwise, by up to ${brief(distanceOf(again, answer).distance)}: it computes with ` +
            'something that "parameters" does not name, likely a variable or numbers that it drew for itself',
        );
      },
      7,
    );
  },
};

const seeds: LayerCheck = {
  title: 'starts from its seed: alike from the same, 0 among them, and otherwise from another',
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
        `two layers from one seed start otherwise, in ${differing(first, again)}: draw every start from context.random, and ` +
        'never from Math.random or TensorFlow.js',
    );
    const { 'the output': _, ...starts } = first;
    if (subject.start === 'fixed') {
      expectThat(
        isSame(first, another),
        () => `the layer starts otherwise from another seed, but describeLayer was told that its start is 'fixed'`,
      );
      return;
    }
    expectThat(
      Object.entries(starts).some(([name, values]) => values.join() !== another[name]?.join()),
      () =>
        'the layer starts alike whatever its seed: likely it takes no numbers from context.random; if it is to start so, tell ' +
        "describeLayer start: 'fixed'",
    );
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
      for (const [name, values] of Object.entries(expected)) {
        const { distance, isSame } = distanceOf(got[name] ?? [], values);
        expectThat(
          isSame,
          () =>
            `${name} is not on ${backend.name} what it is on ${first!.name}, by up to ${brief(distance)}: likely numbers ` +
            'that are not finite or not drawn from context.random, an operation that a backend computes otherwise, or a ' +
            'branch by tf.getBackend()',
        );
      }
    }
    await first!.use();
  },
};

/** That a layer can be repeated: from a file, from its seed, elsewhere. */
export const layerRepeatabilityChecks = [saving, seeds, backends];
