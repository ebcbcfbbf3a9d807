// What a user might compare: a task and a schedule, each by its name.
import { defineTask } from '@hrm/data';
import { oneStepGradient } from '@hrm/recursion';

/** Words to repeat. Nothing checks the answers. */
const echo = ({ letters }) =>
  defineTask({
    name: `words of ${letters} letters`,
    vocabSize: 27,
    seqLen: letters,
    encode: (text) => Array.from(text.trim(), (letter) => letter.charCodeAt(0) - 96),
    decode: (tokens) => Array.from(tokens, (token) => String.fromCharCode(96 + token)).join(''),
    generate: (random) => {
      const input = Array.from({ length: letters }, () => 1 + random.integer(26));
      return { input, output: input };
    },
  });

export default { tasks: { echo }, schedules: { twice: () => oneStepGradient({ hCycles: 1, lCycles: 2 }) } };
