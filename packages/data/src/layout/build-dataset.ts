import { describeGiven, expectIterable, expectObject } from '@hrm/files/internal';
import { IGNORED_LABEL, PAD_TOKEN } from '../tokens';
import { expectDatasetSize } from './dataset-size';
import { expectMetadata, expectPuzzleDataset, type PuzzleDataset, type PuzzleDatasetMetadata } from './puzzle-dataset';
import { TokenRows } from './token-rows';

/** A question and its answer as tokens. */
export interface Example {
  /** At most seqLen tokens. */
  input: ArrayLike<number>;
  /** At most seqLen tokens: the answer at each position of the input; `IGNORED_LABEL` where there is none. */
  output: ArrayLike<number>;
  /**
   * The group of the example, such as a puzzle and its augmentations. An epoch shows one example of each group.
   * Examples of a group must be adjacent. Default: a group of its own.
   */
  group?: number | string;
  /** The name of the puzzle identifier, one of the option `identifiers`. Default: the blank identifier. */
  identifier?: string;
}

/** The number of each identifier. @throws RangeError for a name that is no text, or is there twice. */
function numbersOf(identifiers: readonly string[]): ReadonlyMap<string, number> {
  const numbers = new Map(identifiers.map((name, number) => [name, number]));
  const isText = identifiers.every((name) => typeof name === 'string');
  if (isText && identifiers.length > 0 && numbers.size === identifiers.length) return numbers;
  throw new RangeError("buildDataset: identifiers: expected different names, such as ['<blank>', 'add 1', 'add 2']");
}

/**
 * Builds a data set from examples in the official layout: one set `all`, one puzzle for each example. Token 0 pads
 * examples shorter than `seqLen`.
 *
 * @param examples at least one; examples of one group must be adjacent.
 * @param options `vocabSize`: tokens are 0 to vocabSize - 1, including padding; `seqLen`: tokens of an example;
 *   `answerPadding`: whether the model learns that padding follows a short answer. Default `ignored`: padding has no
 *   loss. A `Task` has all three. `identifiers`: the names of the puzzle identifiers, the blank one first; `writeDataset`
 *   takes them too. Default: only the blank one.
 * @throws RangeError if there are no examples, an example is too long, has an invalid token or an unknown identifier, or
 *   all together are too large; PuzzleDatasetError if a size is invalid.
 *
 * @example
 * ```ts
 * import { buildDataset } from '@hrm/data';
 *
 * // Digits in reverse: the digit d is token d + 1.
 * const examples = ['123', '40', '7'].map((text) => {
 *   const input = Array.from(text, (digit) => Number(digit) + 1);
 *   return { input, output: input.toReversed() };
 * });
 * const dataset = buildDataset(examples, { vocabSize: 11, seqLen: 3 });
 * console.log(dataset.sets['all']!.inputs.join()); // 2,3,4,5,1,0,8,0,0
 * const named = examples.map((example) => ({ ...example, identifier: 'reverse' }));
 * const identifiers = ['<blank>', 'reverse'];
 * console.log(buildDataset(named, { vocabSize: 11, seqLen: 3, identifiers }).metadata.numPuzzleIdentifiers); // 2
 * ```
 */
export function buildDataset(
  examples: Iterable<Example>,
  options: {
    vocabSize: number;
    seqLen: number;
    answerPadding?: 'learned' | 'ignored';
    identifiers?: readonly string[];
  },
): PuzzleDataset {
  expectIterable('buildDataset', examples);
  // Other names are allowed: a task holds both sizes.
  expectObject('buildDataset', options, ['vocabSize', 'seqLen']);
  const { vocabSize, seqLen, answerPadding = 'ignored', identifiers = ['<blank>'] } = options;
  expectIterable('buildDataset: identifiers', identifiers);
  const numbers = numbersOf(identifiers);
  const ignoreLabelId = answerPadding === 'ignored' ? PAD_TOKEN : IGNORED_LABEL;
  const metadata: PuzzleDatasetMetadata = {
    padId: PAD_TOKEN,
    ignoreLabelId,
    blankIdentifierId: 0,
    vocabSize,
    seqLen,
    numPuzzleIdentifiers: numbers.size,
    totalGroups: 0,
    meanPuzzleExamples: 1,
    sets: ['all'],
  };
  expectMetadata(metadata);
  expectDatasetSize(Array.isArray(examples) ? examples.length : 1, options);
  const inputs = new TokenRows('input', vocabSize, seqLen);
  const labels = new TokenRows('output', vocabSize, seqLen, ignoreLabelId);
  /** The first example of each group. */
  const starts: number[] = [];
  const puzzleIdentifiers: number[] = [];
  let count = 0;
  let currentGroup: Example['group'];
  for (const example of examples) {
    expectObject(`buildDataset: example ${count}`, example, ['input', 'output']);
    expectDatasetSize(count + 1, options);
    const { input, output, group, identifier } = example;
    const number = identifier === undefined ? 0 : numbers.get(identifier);
    if (number === undefined) {
      const expected = `expected one of the option identifiers, such as ${describeGiven(identifiers.at(-1))}`;
      throw new RangeError(
        `buildDataset: the identifier of example ${count} is ${describeGiven(identifier)}, ${expected}`,
      );
    }
    puzzleIdentifiers.push(number);
    if (count === 0 || group === undefined || group !== currentGroup) starts.push(count);
    currentGroup = group;
    inputs.add(input, count);
    labels.add(output, count);
    count++;
  }
  if (count === 0) throw new RangeError('buildDataset: a data set needs at least one example; got none');
  metadata.totalGroups = starts.length;
  const all = {
    inputs: inputs.toArray(),
    labels: labels.toArray(),
    puzzleIdentifiers: Int32Array.from(puzzleIdentifiers),
    puzzleIndices: Int32Array.from({ length: count + 1 }, (_, index) => index),
    groupIndices: Int32Array.from([...starts, count]),
  };
  const dataset: PuzzleDataset = { metadata, sets: { all } };
  expectPuzzleDataset(dataset);
  return dataset;
}
