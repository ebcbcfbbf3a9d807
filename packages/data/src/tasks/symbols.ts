import { PAD_TOKEN } from '../tokens';
import { PuzzleTextError } from './puzzle-text-error';

/** Stands for padding within a text, where no symbol is. */
const GAP = '\u00b7';

const quoted = (text: string) => JSON.stringify(text.slice(0, 40));

/** A symbol of a text, and its index in the text. */
interface CutSymbol {
  symbol: string;
  position: number;
}

/**
 * Cuts text into symbols: its characters (code points), or the words between separators. Spaces around a word are
 * dropped.
 *
 * @param separator none for characters; a space stands for any white space.
 * @throws PuzzleTextError if a word is empty.
 */
export function cutSymbols(text: string, separator = ''): CutSymbol[] {
  if (separator === '') {
    let position = 0;
    return Array.from(text, (symbol) => {
      position += symbol.length;
      return { symbol, position: position - symbol.length };
    });
  }
  if (separator.trim() === '') {
    return Array.from(text.matchAll(/\S+/g), ({ 0: symbol, index }) => ({ symbol, position: index }));
  }
  if (text.trim() === '') return [];
  let position = 0;
  return text.split(separator).map((word) => {
    const symbol = word.trim();
    if (symbol === '')
      throw new PuzzleTextError(`Expected a word before and after each ${quoted(separator)}.`, position);
    position += word.length + separator.length;
    return { symbol, position: position - word.length - separator.length + word.indexOf(symbol) };
  });
}

/** The symbols of a task: how text becomes tokens, and tokens text. */
export interface Symbols {
  /** The number of different symbols. Their tokens are 1 to this number. */
  readonly count: number;
  /** The symbols in words, as in "texts of the characters 01+". */
  readonly name: string;
  encode(text: string): number[];
  decode(tokens: ArrayLike<number>): string;
}

/**
 * The symbols of an alphabet: the first is token 1.
 *
 * @throws RangeError if the alphabet is empty, or a symbol occurs twice.
 */
export function alphabetSymbols(alphabet: string | readonly string[], separator: string): Symbols {
  const symbols = Array.from(alphabet);
  if (symbols.length === 0 || symbols.some((symbol) => typeof symbol !== 'string' || symbol === '')) {
    throw new RangeError(`tokens: alphabet: expected a text of all characters, or a list of all words`);
  }
  const tokenOf = new Map(symbols.map((symbol, index) => [symbol, index + 1]));
  if (tokenOf.size !== symbols.length) {
    const repeated = symbols.find((symbol, index) => symbols.indexOf(symbol) !== index)!;
    throw new RangeError(`tokens: alphabet: ${quoted(repeated)} occurs twice; expected different symbols`);
  }
  const gap = separator.trim() === '' ? separator : `${separator} `;
  const many = separator === '' ? 'characters' : 'words';
  return {
    count: symbols.length,
    name: `texts of the ${many} ${quoted(symbols.join(separator === '' ? '' : ' '))}`,
    encode: (text) =>
      cutSymbols(text, separator).map(({ symbol, position }) => {
        const token = tokenOf.get(symbol);
        if (token !== undefined) return token;
        const known = quoted(symbols.slice(0, 100).join(separator === '' ? '' : ' '));
        throw new PuzzleTextError(`Unexpected ${quoted(symbol)}; the ${many} are ${known}.`, position);
      }),
    decode: (tokens) => Array.from(tokens, (token) => symbols[token - 1] ?? GAP).join(gap),
  };
}

/**
 * Whole numbers as symbols: `least` is token `first`, the next one token `first + 1`. Text separates them by spaces or
 * commas.
 */
export function numberSymbols(least: number, greatest: number, first = 1): Symbols {
  return {
    count: greatest - least + 1,
    name: `lists of the numbers ${least} to ${greatest}`,
    encode: (text) =>
      Array.from(text.matchAll(/[^\s,[\]]+/g), ({ 0: word, index }, k) => {
        const number = /^-?\d{1,15}$/.test(word) ? Number(word) : Number.NaN;
        if (number >= least && number <= greatest) return number - least + first;
        const expected = `${first === 0 ? 'token' : 'number'} ${k + 1}: expected a whole number from ${least} to ${greatest}`;
        throw new PuzzleTextError(`${expected}; got ${quoted(word)}.`, index);
      }),
    decode: (tokens) =>
      Array.from(tokens, (token) => (token < first && token === PAD_TOKEN ? GAP : token - first + least)).join(' '),
  };
}
