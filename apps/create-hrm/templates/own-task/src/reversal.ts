import { defineTask, invalid, PuzzleTextError, VALID } from '@hrm/data';

/** The first letter is token 1. Token 0 is padding. */
const LETTERS = 'abcd';
const LONGEST = 6;

const textOf = (tokens: ArrayLike<number>) => Array.from(tokens, (token) => LETTERS[token - 1] ?? '.').join('');

/**
 * A task: words in reverse. The model sees `abbc` and learns to write `cbba`. Replace it by yours. `defineTask` says what
 * else a task can have, such as symmetries that multiply the training data.
 */
export const reversal = defineTask({
  name: `words of up to ${LONGEST} of the letters ${LETTERS} in reverse`,
  vocabSize: LETTERS.length + 1,
  seqLen: LONGEST,

  /** A question as people write it -> tokens. Errors tell people how to write one. */
  encode: (text) => {
    const tokens = Array.from(text.trim(), (letter) => LETTERS.indexOf(letter) + 1);
    if (tokens.length < 1 || tokens.length > LONGEST || tokens.includes(0)) {
      throw new PuzzleTextError(`Expected a word of 1 to ${LONGEST} of the letters ${LETTERS}, such as abbc.`);
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
    if (wrong >= 0) return invalid(`letter ${wrong + 1} is not that of the reverse`, [wrong]);
    return answer.length > question.length ? invalid('the answer does not end') : VALID;
  },

  /** One random example. `random` is seeded, so that equal seeds give equal data. */
  generate: (random) => {
    const length = 3 + random.integer(LONGEST - 2);
    const input = Array.from({ length }, () => 1 + random.integer(LETTERS.length));
    return { input, output: input.toReversed() };
  },
});
