import { describe, expect, it } from 'vitest';
import {
  expectPuzzleDataset,
  metadataFromJson,
  metadataToJson,
  type PuzzleDataset,
  PuzzleDatasetError,
} from '../src/index';
import { numbers } from './numbers';

/** A data set of ten groups. */
const small = (groupSize: number): PuzzleDataset => numbers({ groups: 10, groupSize, seqLen: 16, vocabSize: 6 });

describe('metadata', () => {
  const { metadata } = small(1);

  it('has the official names on disk, in the official order', () => {
    expect(metadataToJson(metadata)).toBe(
      '{"pad_id":0,"ignore_label_id":0,"blank_identifier_id":0,"vocab_size":6,"seq_len":16,' +
        '"num_puzzle_identifiers":1,"total_groups":10,"mean_puzzle_examples":1,"sets":["all"]}',
    );
    expect(metadataFromJson(metadataToJson(metadata))).toEqual(metadata);
    expect(metadataFromJson(metadataToJson({ ...metadata, ignoreLabelId: null })).ignoreLabelId).toBe(null);
  });

  const changed = (changes: Record<string, unknown>): string =>
    JSON.stringify({ ...(JSON.parse(metadataToJson(metadata)) as object), ...changes });

  it.each([
    ['no JSON', '{"pad_id": 0', /not JSON/],
    ['a list', '[]', /must be a JSON object/],
    ['null', 'null', /must be a JSON object/],
    ['an empty object', '{}', /lacks "pad_id"/],
    ['__proto__ instead of fields', '{"__proto__": {"pad_id": 0}}', /lacks "pad_id"/],
    ['a negative pad', changed({ pad_id: -1 }), /metadata\.padId: expected a token below vocabSize; got -1/],
    ['a text for a number', changed({ vocab_size: '6' }), /vocabSize.*got "6"/],
    ['a huge vocabulary', changed({ vocab_size: 2 ** 40 }), /vocabSize/],
    ['no tokens', changed({ seq_len: 0 }), /seqLen/],
    ['half a token', changed({ seq_len: 0.5 }), /seqLen/],
    ['no identifiers', changed({ num_puzzle_identifiers: 0 }), /numPuzzleIdentifiers/],
    ['a blank identifier out of range', changed({ blank_identifier_id: 1 }), /blankIdentifierId/],
    ['an ignored label that is not a number', changed({ ignore_label_id: 'x' }), /ignoreLabelId/],
    ['an ignored label of more than 32 bits', changed({ ignore_label_id: 2 ** 40 }), /ignoreLabelId/],
    ['negative groups', changed({ total_groups: -1 }), /totalGroups/],
    ['a mean that is not a number', changed({ mean_puzzle_examples: null }), /meanPuzzleExamples/],
    ['no sets', changed({ sets: [] }), /sets/],
    ['a set twice', changed({ sets: ['all', 'all'] }), /sets/],
    ['a set that leaves the folder', changed({ sets: ['../../secret'] }), /sets/],
    ['a set that is __proto__', changed({ sets: ['__proto__'] }), /sets/],
    ['a set that is a number', changed({ sets: [1] }), /sets/],
  ])('refuses %s', (_name, json, message) => {
    expect(() => metadataFromJson(json)).toThrow(PuzzleDatasetError);
    expect(() => metadataFromJson(json)).toThrow(message);
  });
});

describe('expectPuzzleDataset', () => {
  const fresh = (): PuzzleDataset => small(2);
  const cases: [string, (dataset: PuzzleDataset) => void, RegExp][] = [
    ['a missing set', ({ metadata }) => (metadata.sets = ['other']), /set other .* is missing/],
    ['an inherited set', ({ metadata }) => (metadata.sets = ['toString']), /set toString .* is missing/],
    ['a foreign token', ({ sets }) => (sets['all']!.inputs[17] = 6), /all\.inputs\[17\]: .*0 to 5; got 6/],
    ['a foreign label', ({ sets }) => (sets['all']!.labels[0] = 200), /all\.labels\[0\]/],
    ['fewer labels', ({ sets }) => (sets['all']!.labels = new Uint8Array(16)), /320 inputs and 16 labels/],
    ['half an example', ({ metadata }) => (metadata.seqLen = 17), /a multiple of 17/],
    ['an identifier out of range', ({ sets }) => (sets['all']!.puzzleIdentifiers[3] = 1), /puzzleIdentifiers\[3\]/],
    ['fewer identifiers', ({ sets }) => (sets['all']!.puzzleIdentifiers = new Int32Array(3)), /20 puzzles; got 3/],
    ['indices from 1', ({ sets }) => (sets['all']!.groupIndices[0] = 1), /groupIndices\[0\]: expected 0; got 1/],
    ['an empty group', ({ sets }) => (sets['all']!.groupIndices[2] = 2), /groupIndices\[2\]: expected more than the 2/],
    ['indices beyond the end', ({ sets }) => (sets['all']!.puzzleIndices[20] = 21), /ends at 21/],
    ['no indices', ({ sets }) => (sets['all']!.groupIndices = new Int32Array(0)), /groupIndices\[0\]/],
    ['another number of groups', ({ metadata }) => (metadata.totalGroups = 11), /expected 10, as in the sets; got 11/],
  ];

  it.each(cases)('refuses %s', (_name, change, message) => {
    const dataset = fresh();
    expectPuzzleDataset(dataset);
    change(dataset);
    expect(() => expectPuzzleDataset(dataset)).toThrow(PuzzleDatasetError);
    expect(() => expectPuzzleDataset(dataset)).toThrow(message);
  });
});
