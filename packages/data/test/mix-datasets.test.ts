import { describe, expect, it } from 'vitest';
import { buildDataset, mixDatasets, type PuzzleDataset, trainingBatches } from '../src/index';

const sizes = { vocabSize: 9, seqLen: 2 };
const easy = buildDataset(
  [1, 2, 3].map((digit) => ({ input: [digit, 1], output: [digit, digit] })),
  sizes,
);
/** One puzzle of two examples, and one group of two puzzles. */
const hard: PuzzleDataset = {
  metadata: { ...easy.metadata, totalGroups: 2, meanPuzzleExamples: 4 / 3, sets: ['one', 'two'] },
  sets: {
    one: {
      inputs: Uint8Array.of(4, 1, 4, 2),
      labels: Uint8Array.of(4, 4, 4, 4),
      puzzleIdentifiers: Int32Array.of(0),
      puzzleIndices: Int32Array.of(0, 2),
      groupIndices: Int32Array.of(0, 1),
    },
    two: {
      inputs: Uint8Array.of(5, 1, 6, 1),
      labels: Uint8Array.of(5, 5, 6, 6),
      puzzleIdentifiers: Int32Array.of(0, 0),
      puzzleIndices: Int32Array.of(0, 1, 2),
      groupIndices: Int32Array.of(0, 2),
    },
  },
};

describe('mixDatasets', () => {
  it('joins all sets of all parts into one, each part `times` times', () => {
    const { metadata, sets } = mixDatasets([{ dataset: easy }, { dataset: hard, times: 2 }]);
    expect(Object.keys(sets)).toEqual(['all']);
    expect(metadata).toEqual({ ...easy.metadata, totalGroups: 7, meanPuzzleExamples: 11 / 9 });
    const { inputs, labels, puzzleIdentifiers, puzzleIndices, groupIndices } = sets['all']!;
    const twice = (...tokens: number[]) => [...tokens, ...tokens];
    expect(inputs).toEqual(Uint8Array.of(1, 1, 2, 1, 3, 1, ...twice(4, 1, 4, 2, 5, 1, 6, 1)));
    expect(labels).toEqual(Uint8Array.of(1, 1, 2, 2, 3, 3, ...twice(4, 4, 4, 4, 5, 5, 6, 6)));
    expect(puzzleIdentifiers).toEqual(new Int32Array(9));
    expect([...puzzleIndices]).toEqual([0, 1, 2, 3, 5, 6, 7, 9, 10, 11]);
    expect([...groupIndices]).toEqual([0, 1, 2, 3, 4, 6, 7, 9]);
  });

  it('gives a stream that shows each part `times` times', () => {
    const dataset = mixDatasets([{ dataset: easy }, { dataset: buildDataset([{ input: [8, 1], output: [8, 8] }], sizes), times: 7 }]); // prettier-ignore
    const [batch] = trainingBatches(dataset, { batchSize: 10 });
    expect([...batch!.inputs].filter((token, at) => at % 2 === 0 && token === 8)).toHaveLength(7);
  });

  it('keeps tokens that need more than a byte', () => {
    const wide = { vocabSize: 1000, seqLen: 1 };
    const dataset = buildDataset([{ input: [999], output: [300] }], wide);
    expect(mixDatasets([{ dataset }, { dataset }]).sets['all']!.inputs).toEqual(Int32Array.of(999, 999));
  });

  it('refuses data sets that do not fit together', () => {
    const other = (changes: Partial<PuzzleDataset['metadata']>) => ({ dataset: { ...easy, metadata: { ...easy.metadata, ...changes } } }); // prettier-ignore
    const mix = (changes: Partial<PuzzleDataset['metadata']>) => () => mixDatasets([{ dataset: easy }, other(changes)]);
    expect(mix({ vocabSize: 10 })).toThrow(/vocabSize of data set 2 is 10, expected 9 as in the first/);
    expect(mix({ numPuzzleIdentifiers: 2 })).toThrow(/numPuzzleIdentifiers of data set 2 is 2, expected 1/);
    expect(mix({ ignoreLabelId: null })).toThrow(/ignoreLabelId of data set 2 is null/);
    expect(mix({ totalGroups: 5 })).toThrow(/group/i);
    expect(() => mixDatasets([])).toThrow(/got no data sets/);
    expect(() => mixDatasets([{ dataset: easy, times: 0 }])).toThrow(
      /times of data set 1 is 0, expected a whole number/,
    );
  });
});
