import { expectIterable, expectObject, expectOptions } from '@hrm/files/internal';
import { cutSymbols } from '../tasks/symbols';
import { PuzzleTextError } from '../tasks/puzzle-text-error';
import { tokensTask, type TokensTaskOptions } from '../tasks/tokens-task';
import { type ImportPlanner, MAX_VOCAB_SIZE } from './import-plan';
import type { RawExample, RawSequence } from './raw-example';

/** Options of {@link sequencePlanner}. */
export interface SequencePlannerOptions {
  /** All symbols of the text. Default: those that the examples have, sorted. */
  alphabet?: string | readonly string[] | undefined;
  /** What separates the symbols of the text. Default: nothing, they are characters. */
  separator?: string | undefined;
}

const byCodePoint = (a: string, b: string): number => {
  const [x, y] = [Array.from(a), Array.from(b)];
  const at = x.findIndex((character, index) => character !== y[index]);
  return at < 0 ? x.length - y.length : x[at]!.codePointAt(0)! - (y[at]?.codePointAt(0) ?? -1);
};

/**
 * Finds the alphabet of examples of text: their different symbols, sorted by code point.
 *
 * @param options `separator`: what separates the symbols. Default: nothing, they are characters.
 *
 * @example
 * ```ts
 * import { findAlphabet } from '@hrm/data';
 *
 * console.log(findAlphabet([{ input: '12+3', output: '15' }]).join('')); // +1235
 * console.log(findAlphabet([{ input: 'to be', output: 'be to' }], { separator: ' ' })); // [ 'be', 'to' ]
 * ```
 */
export function findAlphabet(examples: Iterable<RawExample>, options: { separator?: string } = {}): string[] {
  expectIterable('findAlphabet', examples);
  expectOptions('findAlphabet', options, ['separator']);
  const { separator = '' } = options;
  const symbols = new Set<string>();
  for (const example of examples) {
    expectObject('findAlphabet', example, ['input', 'output']);
    const { input, output } = example;
    for (const text of [input, output]) {
      if (typeof text !== 'string') throw new RangeError('findAlphabet: expected examples of text');
      for (const { symbol } of cutSymbols(text, separator)) symbols.add(symbol);
    }
  }
  return [...symbols].sort(byCodePoint);
}

/** The options of the task of lists of numbers. @throws RangeError if there are too many numbers. */
function optionsOfNumbers(seqLen: number, [least, greatest]: readonly [number, number]): TokensTaskOptions {
  if (greatest - least + 2 <= MAX_VOCAB_SIZE) return { seqLen, numbers: [least, greatest] };
  const fix = 'renumber them, or write them as words of text with a separator';
  throw new RangeError(
    `the numbers go from ${least} to ${greatest}, expected at most ${MAX_VOCAB_SIZE - 1} different ones; ${fix}`,
  );
}

/** The options of the task of texts. @throws RangeError if there are too many symbols. */
function optionsOfText(seqLen: number, symbols: readonly string[], separator = ''): TokensTaskOptions {
  if (symbols.length >= MAX_VOCAB_SIZE) {
    throw new RangeError(`the text has more than ${MAX_VOCAB_SIZE - 1} different symbols; expected fewer`);
  }
  return separator === '' ? { seqLen, alphabet: symbols.join('') } : { seqLen, alphabet: symbols, separator };
}

/**
 * Plans how examples of text or of lists of numbers become tokens, for {@link tokensTask}. All examples get as many
 * tokens as the longest question or answer. Symbols are tokens from 1, and token 0 pads: a model learns to write it
 * where an answer has ended.
 *
 * @throws RangeError if the alphabet is wrong.
 *
 * @example
 * ```ts
 * import { buildDataset, sequencePlanner } from '@hrm/data';
 *
 * const examples = [{ input: '12+3', output: '15' }, { input: '4+4', output: '8' }];
 * const planner = sequencePlanner();
 * planner.add(examples);
 * const { task, options, encode } = planner.plan();
 * console.log(options); // { seqLen: 4, alphabet: '+123458' }
 * console.log(buildDataset(examples.map(encode), task).sets['all']!.labels.join()); // 2,6,0,0,7,0,0,0
 * ```
 */
export function sequencePlanner(given: SequencePlannerOptions = {}): ImportPlanner<TokensTaskOptions> {
  expectOptions('sequencePlanner', given, ['alphabet', 'separator']);
  const { alphabet, separator } = given;
  if (alphabet !== undefined && typeof alphabet !== 'string') expectIterable('sequencePlanner: alphabet', alphabet);
  const isDeclared = alphabet !== undefined;
  const [first, later] = [new Set<string | number>(isDeclared ? alphabet : []), new Set<string | number>()];
  let files = 0;
  let kind: 'text' | 'numbers' | undefined;
  let [longestInput, longestOutput, emptyAnswers] = [0, 0, 0];
  let [least, greatest] = [Infinity, -Infinity];

  const addSequence = (sequence: RawSequence): number => {
    const known = files === 1 ? first : later;
    if (typeof sequence === 'string') {
      const symbols = cutSymbols(sequence, separator);
      for (const { symbol, position } of symbols) {
        if (isDeclared && !first.has(symbol)) {
          throw new PuzzleTextError(`${JSON.stringify(symbol)} is not in the alphabet.`, position);
        }
        if (!isDeclared && known.size <= MAX_VOCAB_SIZE) known.add(symbol);
      }
      return symbols.length;
    }
    for (const number of sequence as readonly number[]) {
      if (typeof number !== 'number') throw new PuzzleTextError('It is a grid, expected text or a list of numbers.');
      [least, greatest] = [Math.min(least, number), Math.max(greatest, number)];
      if (known.size <= MAX_VOCAB_SIZE) known.add(number);
    }
    return sequence.length;
  };
  return {
    add: (examples) => {
      files++;
      for (const { input, output, line } of examples) {
        kind ??= typeof input === 'string' ? 'text' : 'numbers';
        try {
          for (const part of [input, output]) {
            if ((typeof part === 'string') === (kind === 'text')) continue;
            const [got, expected] = kind === 'text' ? ['numbers', 'text'] : ['text', 'numbers'];
            throw new PuzzleTextError(`It has ${got}, expected ${expected}, as the first example has.`);
          }
          longestInput = Math.max(longestInput, addSequence(input));
          const length = addSequence(output);
          longestOutput = Math.max(longestOutput, length);
          if (length === 0) emptyAnswers++;
        } catch (error) {
          if (!(error instanceof PuzzleTextError)) throw error;
          throw new PuzzleTextError(error.message, error.position, line);
        }
      }
    },
    plan: () => {
      const seqLen = Math.max(longestInput, longestOutput);
      if (seqLen === 0) throw new RangeError('sequencePlanner: got no symbols; expected examples with at least one');
      const unseen = [...later]
        .filter((symbol) => !first.has(symbol))
        .map(String)
        .sort(byCodePoint);
      const longest = { input: String(longestInput), output: String(longestOutput) };
      const isNumbers = kind === 'numbers';
      const found = () => [...new Set([...first, ...later].map(String))].sort(byCodePoint);
      const options = isNumbers
        ? optionsOfNumbers(seqLen, [least, greatest])
        : optionsOfText(seqLen, isDeclared ? Array.from(alphabet) : found(), separator);
      const task = tokensTask(options);
      const tokensOf = (sequence: RawSequence) =>
        isNumbers
          ? Int32Array.from(sequence as readonly number[], (number) => number - least + 1)
          : task.encode(sequence as string);
      return {
        ...{ task, options, longest, unseen, emptyAnswers },
        encode: ({ input, output, id }) => ({
          input: tokensOf(input),
          output: tokensOf(output),
          ...(id !== undefined && { group: id }),
        }),
      };
    },
  };
}
