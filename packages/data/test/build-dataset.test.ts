import { expect, it } from 'vitest';
import { buildDataset, type Example, PuzzleDatasetError } from '../src/index';

const sizes = { vocabSize: 10, seqLen: 3 };

it('lays out examples: pads short ones, and makes each a group unless it names one', () => {
  const examples: Example[] = [
    { input: [1, 2, 3], output: [3, 2, 1] },
    { input: [4], output: [5, 6], group: 'a' },
    { input: [], output: [9], group: 'a' },
    { input: [7], output: [7], group: 'b' },
    { input: [8], output: [8] },
  ];
  const { metadata, sets } = buildDataset(new Set(examples), sizes);
  expect(metadata).toEqual({
    padId: 0,
    ignoreLabelId: 0,
    blankIdentifierId: 0,
    vocabSize: 10,
    seqLen: 3,
    numPuzzleIdentifiers: 1,
    totalGroups: 4,
    meanPuzzleExamples: 1,
    sets: ['all'],
  });
  expect(sets).toEqual({
    all: {
      inputs: Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 0, 0, 7, 0, 0, 8, 0, 0),
      labels: Uint8Array.of(3, 2, 1, 5, 6, 0, 9, 0, 0, 7, 0, 0, 8, 0, 0),
      puzzleIdentifiers: new Int32Array(5),
      puzzleIndices: Int32Array.of(0, 1, 2, 3, 4, 5),
      groupIndices: Int32Array.of(0, 1, 3, 4, 5),
    },
  });
});

it('gives examples the numbers of their identifiers', () => {
  const identifiers = ['<blank>', 'add 1', 'add 2'];
  const examples: Example[] = [
    { input: [1], output: [3], identifier: 'add 2' },
    { input: [1], output: [1] },
    { input: [1], output: [2], identifier: 'add 1' },
  ];
  const { metadata, sets } = buildDataset(examples, { ...sizes, identifiers });
  expect(metadata.numPuzzleIdentifiers).toBe(3);
  expect([...sets['all']!.puzzleIdentifiers]).toEqual([2, 0, 1]);
  expect(() => buildDataset([{ input: [1], output: [1], identifier: 'add 3' }], { ...sizes, identifiers })).toThrow(
    'the identifier of example 0 is the string "add 3", expected one of the option identifiers, such as',
  );
  expect(() => buildDataset(examples, { ...sizes, identifiers: ['a', 'a'] })).toThrow('expected different names');
});

it('refuses a data set that is too large, before it takes memory for it', () => {
  const started = performance.now();
  const example = { input: [1], output: [2] };
  const large = { vocabSize: 10, seqLen: 1e9 };
  expect(() => buildDataset(Array(3).fill(example), large)).toThrow(
    '3 examples of 1,000,000,000 tokens take 2.8 GiB, expected at most 2',
  );
  expect(() => buildDataset(new Set([example]), { ...large, vocabSize: 300 })).toThrow('1 example of 1,000,000,000');
  // A label without a loss does not fit into a byte.
  expect(() => buildDataset([example], { ...large, answerPadding: 'learned' })).toThrow('take 3.7 GiB');
  const endless = {
    *[Symbol.iterator]() {
      for (;;) yield example;
    },
  };
  expect(() => buildDataset(endless, { ...large, seqLen: 1.1e9 })).toThrow('2 examples of 1,100,000,000 tokens');
  expect(performance.now() - started).toBeLessThan(5000);
});

it('accepts tokens beyond a byte, and a million groups', () => {
  const { sets } = buildDataset([{ input: [300], output: [256] }], { vocabSize: 301, seqLen: 1 });
  expect([sets['all']!.inputs, sets['all']!.labels]).toEqual([Int32Array.of(300), Int32Array.of(256)]);
  const example = { input: [1], output: [2] };
  const many = buildDataset(
    {
      *[Symbol.iterator]() {
        for (let k = 0; k < 1e6; k++) yield example;
      },
    },
    sizes,
  );
  expect(many.metadata.totalGroups).toBe(1e6);
});

it.each<
  [string, Example[], { vocabSize: number; seqLen: number }, typeof RangeError | typeof PuzzleDatasetError, RegExp]
>([
  ['no examples', [], sizes, RangeError, /at least one example; got none/],
  ['a long input', [{ input: [1, 2, 3, 4], output: [] }], sizes, RangeError, /input of example 0 has 4 .* at most 3/],
  ['a long output', [{ input: [], output: [1, 2, 3, 4] }], sizes, RangeError, /output of example 0 has 4 tokens/],
  ['a token too many', [{ input: [1, 10], output: [] }], sizes, RangeError, /token 10 at position 1, .* from 0 to 9/],
  ['no whole token', [{ input: [], output: [0.5] }], sizes, RangeError, /output of example 0 has the token 0\.5/],
  ['half a vocabulary', [], { vocabSize: 0.5, seqLen: 3 }, PuzzleDatasetError, /vocabSize: .* got 0\.5/],
  ['no length', [], { vocabSize: 5, seqLen: NaN }, PuzzleDatasetError, /seqLen: expected a positive integer/],
])('refuses %s', (_name, examples, given, kind, message) => {
  expect(() => buildDataset(examples, given)).toThrow(kind);
  expect(() => buildDataset(examples, given)).toThrow(message);
});
