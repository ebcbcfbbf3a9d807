// What a user might bring for a run: a task, an augmentation, a token loss and an optimizer, each by its name.
import * as tf from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from '@hrm/act';
import { defineTask, expectTaskOptions, invalid, VALID } from '@hrm/data';
import { addDecayedWeights, chain, scaleByLearningRate } from '@hrm/trainer';

/** Words in reverse. */
function reversal({ letters, ...rest }) {
  expectTaskOptions('reversal', { letters, ...rest }, { letters: [2, 8] });
  return defineTask({
    name: `words of ${letters} letters in reverse`,
    vocabSize: 27,
    seqLen: letters,
    grid: { rows: 1, columns: letters },
    encode: (text) => Array.from(text.trim(), (letter) => letter.charCodeAt(0) - 96),
    decode: (tokens) => Array.from(tokens, (token) => String.fromCharCode(96 + token)).join(''),
    draw: (question, { prediction }) => `<${prediction ? 'answer' : 'question'} ${(prediction ?? question).length}>`,
    verify: (question, answer) =>
      Array.from(question).reverse().join() === Array.from(answer).join() ? VALID : invalid('it is not the reverse'),
    generate: (random) => {
      const input = Array.from({ length: letters }, () => 1 + random.integer(26));
      return { input, output: input.toReversed() };
    },
  });
}

/** Moves all letters by the same number of places in the alphabet. */
const caesar = ({ most }, { task }) => {
  const letters = task.vocabSize - 1;
  return (inputs, labels, random) => {
    const by = random.integer(most + 1);
    for (const tokens of [inputs, labels]) {
      tokens.forEach((token, i) => (tokens[i] = token > 0 ? 1 + ((token - 1 + by) % letters) : token));
    }
  };
};

/** Lion: the sign of a running average of the gradients. */
const signOfMomentum = (beta) => ({
  elementwise: true,
  init: (parameters) => ({
    perParameter: {
      momentum: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, tf.zerosLike(value)])),
    },
  }),
  update(gradients, { perParameter }) {
    const [updates, momentum] = [{}, {}];
    for (const [name, gradient] of Object.entries(gradients)) {
      const before = perParameter.momentum[name];
      momentum[name] = tf.add(tf.mul(beta, before), tf.mul(1 - beta, gradient));
      updates[name] = tf.sign(momentum[name]);
    }
    return { updates, state: { perParameter: { momentum } } };
  },
});

export default {
  tasks: { reversal },
  augmentations: { caesar },
  losses: {
    scaled:
      ({ by }) =>
      (logits, labels) =>
        tf.mul(by, softmaxCrossEntropy(logits, labels)),
  },
  optimizers: {
    lion: ({ learningRate, weightDecay, decays, beta }) => ({
      ...chain(signOfMomentum(beta), addDecayedWeights(weightDecay, decays), scaleByLearningRate()),
      learningRate,
    }),
    broken: () => ({ learningRate: 1 }),
  },
};
