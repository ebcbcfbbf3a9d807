import { describe, expect, it } from 'vitest';
import {
  buildMazeDataset,
  buildSudokuDataset,
  cellsFromTokens,
  checkPuzzleDataset,
  dihedralTransform,
  generateMazePuzzles,
  generateSudokuPuzzles,
  metadataFromJson,
  metadataToJson,
  parseMaze,
  type PuzzleDataset,
  PuzzleDatasetError,
  shortestPath,
  tokensFromCells,
  verifySudoku,
} from '../src/index';
import { drawPath } from '../src/maze/shortest-path';

const sudokus = generateSudokuPuzzles({ size: 4, count: 10, seed: 0 });
const mazes = generateMazePuzzles({ width: 6, count: 10, seed: 0 });

describe('building a data set', () => {
  it('of Sudokus: tokens, one group a puzzle, the puzzle first and then its augmentations', () => {
    const { metadata, sets } = buildSudokuDataset(sudokus, { augmentations: 4, seed: 0 });
    expect(metadata).toEqual({
      padId: 0,
      ignoreLabelId: 0,
      blankIdentifierId: 0,
      vocabSize: 6,
      seqLen: 16,
      numPuzzleIdentifiers: 1,
      totalGroups: 10,
      meanPuzzleExamples: 1,
      sets: ['all'],
    });
    const { inputs, labels, puzzleIdentifiers, puzzleIndices, groupIndices } = sets['all']!;
    expect([...groupIndices]).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50]);
    expect([...puzzleIndices]).toEqual(Array.from({ length: 51 }, (_, k) => k));
    expect([...puzzleIdentifiers]).toEqual(new Array(50).fill(0));
    sudokus.forEach(({ question, answer }, k) => {
      expect([...inputs.subarray(k * 80, k * 80 + 16)]).toEqual([...tokensFromCells(question)]);
      expect([...labels.subarray(k * 80, k * 80 + 16)]).toEqual([...tokensFromCells(answer)]);
    });
    const keys = new Set<string>();
    for (let at = 0; at < inputs.length; at += 16) {
      const question = cellsFromTokens(inputs.subarray(at, at + 16));
      expect(verifySudoku(question, cellsFromTokens(labels.subarray(at, at + 16))).valid).toBe(true);
      keys.add(question.join());
    }
    expect(keys.size).toBeGreaterThan(40);
  });

  it('of mazes: the 8 transforms in the official order', () => {
    const { metadata, sets } = buildMazeDataset(mazes, { dihedral: true });
    expect(metadata).toMatchObject({ vocabSize: 6, seqLen: 36, totalGroups: 10 });
    const { inputs, labels, groupIndices } = sets['all']!;
    expect(groupIndices[10]).toBe(80);
    for (let transform = 0; transform < 8; transform++) {
      const cells = dihedralTransform(mazes[3]!.question, 6, 6, transform as 0);
      const expected = tokensFromCells(drawPath(cells, shortestPath({ width: 6, height: 6, cells })!));
      const at = (3 * 8 + transform) * 36;
      expect([...labels.subarray(at, at + 36)]).toEqual([...expected]);
    }
    expect([...inputs.subarray(0, 36)]).toEqual([...tokensFromCells(mazes[0]!.question)]);
  });

  it('of mazes: an answer that follows another rule is turned with its maze', () => {
    // Right, then down.
    const { cells: question } = parseMaze(['S  ', '   ', '  G'].join('\n'));
    const { cells: answer } = parseMaze(['Soo', '  o', '  G'].join('\n'));
    const { sets } = buildMazeDataset([{ width: 3, height: 3, question, answer }], { dihedral: true });
    for (let transform = 0; transform < 8; transform++) {
      const turned = tokensFromCells(dihedralTransform(answer, 3, 3, transform as 0));
      expect([...sets['all']!.labels.subarray(transform * 9, transform * 9 + 9)]).toEqual([...turned]);
    }
  });

  it('refuses nothing, mixed sizes and turned rectangles', () => {
    expect(() => buildSudokuDataset([])).toThrow(/at least one puzzle/);
    expect(() => buildMazeDataset([])).toThrow(/at least one maze/);
    const other = generateSudokuPuzzles({ size: 6, count: 1 });
    expect(() => buildSudokuDataset([...sudokus, ...other])).toThrow(/4x4 as the first; puzzle 10 is not/);
    expect(() => buildSudokuDataset(sudokus, { augmentations: -1 })).toThrow(/augmentations must be/);
    const wide = generateMazePuzzles({ width: 6, height: 4, count: 1 });
    expect(() => buildMazeDataset([...mazes, ...wide])).toThrow(/6x6 as the first; maze 10 is not/);
    expect(() => buildMazeDataset(wide, { dihedral: true })).toThrow(/square/);
    expect(buildMazeDataset(wide).metadata.seqLen).toBe(24);
  });
});

describe('metadata', () => {
  const { metadata } = buildSudokuDataset(sudokus);

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
    ['no JSON', '{"pad_id": 0', /no JSON/],
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
    ['a label to ignore that is none', changed({ ignore_label_id: 'x' }), /ignoreLabelId/],
    ['a label to ignore that no array holds', changed({ ignore_label_id: 2 ** 40 }), /ignoreLabelId/],
    ['negative groups', changed({ total_groups: -1 }), /totalGroups/],
    ['a mean that is none', changed({ mean_puzzle_examples: null }), /meanPuzzleExamples/],
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

describe('checkPuzzleDataset', () => {
  const fresh = (): PuzzleDataset => structuredClone(buildSudokuDataset(sudokus, { augmentations: 1 }));
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
    ['another number of groups', ({ metadata }) => (metadata.totalGroups = 11), /the 10 of the sets; got 11/],
  ];

  it.each(cases)('refuses %s', (_name, change, message) => {
    const dataset = fresh();
    checkPuzzleDataset(dataset);
    change(dataset);
    expect(() => checkPuzzleDataset(dataset)).toThrow(PuzzleDatasetError);
    expect(() => checkPuzzleDataset(dataset)).toThrow(message);
  });
});
