import { defineTask, invalid, PuzzleTextError, VALID } from '@hrm/data';

/** The first letter is token 1. Token 0 is padding, which this task does not need: all words have one length. */
const LETTERS = 'abcd';
const LENGTH = 5;

const textOf = (tokens: ArrayLike<number>) => Array.from(tokens, (token) => LETTERS[token - 1] ?? '.').join('');

/**
 * A task: words in reverse. The model sees `abbcd` and learns to write `dcbba`. Replace it by yours. `defineTask` says
 * what else a task can have, such as symmetries that multiply the training data.
 */
export const reversal = defineTask({
  name: `words of ${LENGTH} of the letters ${LETTERS} in reverse`,
  vocabSize: LETTERS.length + 1,
  seqLen: LENGTH,

  /** A question as people write it -> tokens. Errors tell people how to write one. */
  encode: (text) => {
    const tokens = Array.from(text.trim(), (letter) => LETTERS.indexOf(letter) + 1);
    if (tokens.length !== LENGTH || tokens.includes(0)) {
      throw new PuzzleTextError(`Expected a word of ${LENGTH} of the letters ${LETTERS}, such as abbcd.`);
    }
    return tokens;
  },
  /** Tokens -> the question as text. */
  decode: textOf,
  draw: (question, { prediction = [] }) => `${textOf(question)} -> ${textOf(prediction)}`,

  /** Whether an answer is right. It needs no stored answer, so it can also judge a question of a user. */
  verify: (question, answer) => {
    const wrong = Array.from(question)
      .reverse()
      .findIndex((token, i) => token !== answer[i]);
    return wrong < 0 ? VALID : invalid(`letter ${wrong + 1} is not that of the reverse`, [wrong]);
  },

  /** One random example. `random` is seeded, so that equal seeds give equal data. */
  generate: (random) => {
    const input = Array.from({ length: LENGTH }, () => 1 + random.integer(LETTERS.length));
    return { input, output: input.toReversed() };
  },
});
