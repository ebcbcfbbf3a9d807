import { expectArray, expectIterable, expectObject } from '@hrm/files/internal';
import { IGNORED_LABEL, PAD_TOKEN } from '../tokens';
import {
  expectMetadata,
  expectPuzzleDataset,
  type PuzzleDataset,
  type PuzzleDatasetMetadata,
  type TokenArray,
} from './puzzle-dataset';

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
}

/** A growing array of the tokens of many examples. */
class TokenRows {
  #tokens: TokenArray;
  #used = 0;

  constructor(
    readonly name: 'input' | 'output',
    readonly vocabSize: number,
    readonly seqLen: number,
    /** The token that stands for `IGNORED_LABEL`; undefined if it is no valid token. */
    readonly ignored?: number,
  ) {
    this.#tokens = this.#make(seqLen);
  }

  /** A new array is all padding, because `PAD_TOKEN` is 0. */
  #make(length: number): TokenArray {
    return this.vocabSize <= 256 && !(this.ignored! < 0) ? new Uint8Array(length) : new Int32Array(length);
  }

  add(row: ArrayLike<number>, example: number): void {
    expectArray(`buildDataset: the ${this.name} of example ${example}`, row);
    if (row.length > this.seqLen) {
      throw new RangeError(
        `buildDataset: the ${this.name} of example ${example} has ${row.length} tokens, expected at most ${this.seqLen}`,
      );
    }
    for (let k = 0; k < row.length; k++) {
      const token = row[k]!;
      if (Number.isInteger(token) && token >= 0 && token < this.vocabSize) continue;
      if (token === IGNORED_LABEL && this.ignored !== undefined) continue;
      throw new RangeError(
        `buildDataset: the ${this.name} of example ${example} has the token ${token} at position ${k}, ` +
          `expected a whole number from 0 to ${this.vocabSize - 1}`,
      );
    }
    if (this.#used + this.seqLen > this.#tokens.length) {
      const grown = this.#make(2 * this.#tokens.length);
      grown.set(this.#tokens);
      this.#tokens = grown;
    }
    for (let k = 0; k < row.length; k++) this.#tokens[this.#used + k] = row[k]! < 0 ? this.ignored! : row[k]!;
    this.#used += this.seqLen;
  }

  /** The tokens of all rows, `[examples * seqLen]`. */
  toArray(): TokenArray {
    return this.#tokens.slice(0, this.#used);
  }
}

/**
 * Builds a data set from examples in the official layout: one set `all`, one puzzle for each example, all with the
 * blank identifier. Token 0 pads examples shorter than `seqLen`.
 *
 * @param examples at least one; examples of one group must be adjacent.
 * @param options `vocabSize`: tokens are 0 to vocabSize - 1, including padding; `seqLen`: tokens of an example;
 *   `answerPadding`: whether the model learns that padding follows a short answer. Default `ignored`: padding has no
 *   loss. A `Task` has all three.
 * @throws RangeError if there are no examples, or an example is too long or has an invalid token; PuzzleDatasetError if
 *   a size is invalid.
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
 * ```
 */
export function buildDataset(
  examples: Iterable<Example>,
  options: { vocabSize: number; seqLen: number; answerPadding?: 'learned' | 'ignored' },
): PuzzleDataset {
  expectIterable('buildDataset', examples);
  // Other names are allowed: a task holds both sizes.
  expectObject('buildDataset', options, ['vocabSize', 'seqLen']);
  const { vocabSize, seqLen, answerPadding = 'ignored' } = options;
  const ignoreLabelId = answerPadding === 'ignored' ? PAD_TOKEN : IGNORED_LABEL;
  const metadata: PuzzleDatasetMetadata = {
    padId: PAD_TOKEN,
    ignoreLabelId,
    blankIdentifierId: 0,
    vocabSize,
    seqLen,
    numPuzzleIdentifiers: 1,
    totalGroups: 0,
    meanPuzzleExamples: 1,
    sets: ['all'],
  };
  expectMetadata(metadata);
  const inputs = new TokenRows('input', vocabSize, seqLen);
  const labels = new TokenRows('output', vocabSize, seqLen, ignoreLabelId);
  /** The first example of each group. */
  const starts: number[] = [];
  let count = 0;
  let currentGroup: Example['group'];
  for (const example of examples) {
    expectObject(`buildDataset: example ${count}`, example, ['input', 'output']);
    const { input, output, group } = example;
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
    puzzleIdentifiers: new Int32Array(count),
    puzzleIndices: Int32Array.from({ length: count + 1 }, (_, index) => index),
    groupIndices: Int32Array.from([...starts, count]),
  };
  const dataset: PuzzleDataset = { metadata, sets: { all } };
  expectPuzzleDataset(dataset);
  return dataset;
}
