import { expectObject } from '@hrm/files/internal';
import { defineTask } from './define-task';
import { alphabetSymbols, numberSymbols, type Symbols } from './symbols';
import type { Task } from './task';
import { expectTaskOptions } from './task-options';

/** Options of {@link tokensTask}. */
export interface TokensTaskOptions {
  /** Tokens of the longest question or answer. */
  seqLen: number;
  /** Tokens are 0 to vocabSize - 1, including the padding token 0. Default: one more than there are symbols. */
  vocabSize?: number;
  /**
   * The symbols that text consists of: the first is token 1, the second token 2. A text of all characters, or a list.
   * Default: text is numbers, separated by spaces or commas.
   */
  alphabet?: string | readonly string[];
  /** What separates the symbols in text: a space for words, a comma for items. Default: nothing, they are characters. */
  separator?: string;
  /** The least and the greatest number of lists of numbers. The least is token 1. Default: numbers are tokens. */
  numbers?: readonly [least: number, greatest: number];
}

function symbolsOf({ alphabet, separator = '', numbers, vocabSize }: Partial<TokensTaskOptions>): Symbols | undefined {
  if (typeof separator !== 'string' || (separator !== '' && alphabet === undefined)) {
    throw new RangeError(`tokens: separator: expected text, together with alphabet; got ${JSON.stringify(separator)}`);
  }
  if (alphabet !== undefined && numbers !== undefined) {
    throw new RangeError('tokens: alphabet, numbers: expected only one of them');
  }
  if (alphabet !== undefined) {
    if (typeof alphabet === 'string' || Array.isArray(alphabet)) return alphabetSymbols(alphabet, separator);
    throw new RangeError(`tokens: alphabet: expected a text of all characters; got ${JSON.stringify(alphabet)}`);
  }
  if (numbers !== undefined) {
    const valid = Array.isArray(numbers) && numbers.length === 2 && numbers.every((number) => Number.isInteger(number));
    if (valid && numbers[0]! <= numbers[1]!) return numberSymbols(numbers[0]!, numbers[1]!);
    throw new RangeError(`tokens: numbers: expected the least and the greatest number; got ${JSON.stringify(numbers)}`);
  }
  return vocabSize === undefined ? undefined : numberSymbols(0, vocabSize - 1, 0);
}

/**
 * The task of sequences that map to sequences: puzzles of any kind, without a check. As text, they are symbols of an
 * alphabet, or numbers.
 *
 * @throws RangeError if a size is wrong, or the alphabet is empty, repeats a symbol or does not fit `vocabSize`.
 *
 * @example
 * ```ts
 * import { tokensTask } from '@hrm/data';
 *
 * const sums = tokensTask({ seqLen: 7, alphabet: '0123456789+' });
 * console.log(Array.from(sums.encode('12+3')).join(), sums.decode([2, 6])); // 2,3,11,4 15
 * const colors = tokensTask({ seqLen: 4, alphabet: ['blue', 'red'], separator: ' ' });
 * console.log(Array.from(colors.encode('red red blue')).join(), colors.decode([1, 2])); // 2,2,1 blue red
 * const lists = tokensTask({ seqLen: 4, numbers: [0, 9] });
 * console.log(Array.from(lists.encode('0 7 9')).join(), lists.decode([1, 8])); // 1,8,10 0 7
 * console.log(tokensTask({ seqLen: 4, vocabSize: 9 }).decode([8, 1, 1])); // 8 1 1
 * ```
 */
export function tokensTask(options: TokensTaskOptions): Task {
  expectObject('tokensTask', options, []);
  const { seqLen, alphabet, separator, numbers, vocabSize: given, ...unknown } = options;
  const isMapped = alphabet !== undefined || numbers !== undefined;
  const symbols = symbolsOf(options);
  const vocabSize = given ?? (symbols && symbols.count + 1);
  expectTaskOptions('tokens', { seqLen, vocabSize, ...unknown }, { seqLen: [1, Infinity], vocabSize: [2, Infinity] });
  if (isMapped && vocabSize !== symbols!.count + 1) {
    const expected = `expected ${symbols!.count + 1}, one more than there are symbols`;
    throw new RangeError(`tokens: vocabSize: ${expected}; got ${vocabSize}`);
  }
  return defineTask({
    name: isMapped ? `${symbols!.name}, up to ${seqLen} long` : `puzzles of ${seqLen} tokens out of ${vocabSize}`,
    vocabSize: vocabSize!,
    seqLen,
    encode: symbols!.encode,
    decode: symbols!.decode,
  });
}
