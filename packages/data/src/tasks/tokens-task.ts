import { defineTask } from './define-task';
import { PuzzleTextError } from './puzzle-text-error';
import type { Task } from './task';
import { expectTaskOptions } from './task-options';

/** Options of {@link tokensTask}. */
export interface TokensTaskOptions {
  /** Tokens of the longest question or answer. */
  seqLen: number;
  /** Tokens are 0 to vocabSize - 1, including the padding token 0. Default: one more than the alphabet has characters. */
  vocabSize?: number;
  /**
   * The characters that text consists of: the first is token 1, the second token 2. Default: text is numbers, separated
   * by spaces or commas.
   */
  alphabet?: string;
}

/** Stands for padding within a text, where no character is. */
const GAP = '\u00b7';

const quoted = (text: string) => JSON.stringify(text.slice(0, 40));

/** Numbers separated by spaces or commas. */
function readNumbers(text: string, vocabSize: number): number[] {
  return Array.from(text.matchAll(/[^\s,]+/g), ({ 0: word, index }, k) => {
    const token = /^\d{1,10}$/.test(word) ? Number(word) : Number.NaN;
    if (token < vocabSize) return token;
    const expected = `token ${k + 1}: expected a whole number from 0 to ${vocabSize - 1}`;
    throw new PuzzleTextError(`${expected}; got ${quoted(word)}.`, index);
  });
}

/** Characters of an alphabet. */
function readCharacters(text: string, tokenOf: ReadonlyMap<string, number>): number[] {
  let position = 0;
  return Array.from(text, (character) => {
    const token = tokenOf.get(character);
    if (token === undefined) {
      const known = [...tokenOf.keys()].join('');
      throw new PuzzleTextError(`Unexpected ${quoted(character)}; the characters are ${quoted(known)}.`, position);
    }
    position += character.length;
    return token;
  });
}

/**
 * The task of sequences that map to sequences: puzzles of any kind, without a check. As text, they are characters of
 * an alphabet, or numbers.
 *
 * @throws RangeError if a size is wrong, or the alphabet is empty, repeats a character or does not fit `vocabSize`.
 *
 * @example
 * ```ts
 * import { tokensTask } from '@hrm/data';
 *
 * const sums = tokensTask({ seqLen: 7, alphabet: '0123456789+' });
 * console.log(Array.from(sums.encode('12+3')).join(), sums.decode([2, 6])); // 2,3,11,4 15
 * console.log(sums.vocabSize, tokensTask({ seqLen: 4, vocabSize: 9 }).decode([8, 1, 1])); // 12 8 1 1
 * ```
 */
export function tokensTask({ seqLen, alphabet, ...rest }: TokensTaskOptions): Task {
  if (alphabet !== undefined && (typeof alphabet !== 'string' || alphabet === '')) {
    throw new RangeError(`tokens: alphabet: expected a text of all characters; got ${JSON.stringify(alphabet)}`);
  }
  const characters = alphabet === undefined ? undefined : Array.from(alphabet);
  const { vocabSize = characters && characters.length + 1, ...unknown } = rest;
  expectTaskOptions('tokens', { seqLen, vocabSize, ...unknown }, { seqLen: [1, Infinity], vocabSize: [2, Infinity] });
  if (characters === undefined) {
    return defineTask({
      name: `puzzles of ${seqLen} tokens out of ${vocabSize}`,
      vocabSize: vocabSize!,
      seqLen,
      encode: (text) => readNumbers(text, vocabSize!),
      decode: (tokens) => Array.from(tokens).join(' '),
    });
  }
  const tokenOf = new Map(characters.map((character, index) => [character, index + 1]));
  if (tokenOf.size !== characters.length) {
    const repeated = characters.find((character, index) => characters.indexOf(character) !== index)!;
    throw new RangeError(`tokens: alphabet: ${quoted(repeated)} occurs twice; expected different characters`);
  }
  if (vocabSize !== characters.length + 1) {
    throw new RangeError(
      `tokens: vocabSize: expected ${characters.length + 1}, one more than the alphabet has characters; got ${vocabSize}`,
    );
  }
  return defineTask({
    name: `texts of up to ${seqLen} of the characters ${quoted(alphabet!)}`,
    vocabSize,
    seqLen,
    encode: (text) => readCharacters(text, tokenOf),
    decode: (tokens) => Array.from(tokens, (token) => characters[token - 1] ?? GAP).join(''),
  });
}
