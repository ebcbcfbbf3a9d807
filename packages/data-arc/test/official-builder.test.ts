import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PuzzleDataset } from '@hrm/data';
import { type ArcPair, buildArcDataset, distinctAugmentations, encodeArcGrid, parseArcIdentifier } from '../src/index';
import { evaluation, readJson, training } from './testdata';

/** What `record-official.py` recorded of one split. */
interface OfficialSplit {
  metadata: Record<string, unknown>;
  examples: number;
  /** Puzzles of each group, sorted. */
  groups: number[];
  /** For each puzzle, a hash of its examples, in any order, moved to the top left and without border. */
  puzzles: Record<string, string>;
  /** For each example as it lies in the square, `HASH ROW COLUMN` of the moved one, and its own hash. */
  translated?: Record<string, string>;
}

interface OfficialBuild {
  /** All augmentations that were tried, such as `|||t3|||0214356789`. */
  tried: Record<string, string[]>;
  identifiers: number;
  train: OfficialSplit;
  test: OfficialSplit;
}

const official = readJson('official-builder.json') as Record<'augmentations-0' | 'augmentations-20', OfficialBuild>;

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/** Moves both grids of an example to the top left, and removes the border, which depends on where they were. */
function moved(example: Uint8Array): Uint8Array {
  const cells = [...example.keys()].filter((k) => example[k]! > 1).map((k) => k % 900);
  const row = Math.min(...cells.map((k) => Math.floor(k / 30)));
  const column = Math.min(...cells.map((k) => k % 30));
  const result = new Uint8Array(1800);
  example.forEach((token, k) => {
    if (token > 1) result[k - row * 30 - column] = token;
  });
  return result;
}

/** The examples of each puzzle: tokens of input and label. */
function examplesOf(dataset: PuzzleDataset, identifiers: readonly string[]): Map<string, Uint8Array[]> {
  const { inputs, labels, puzzleIndices, puzzleIdentifiers } = dataset.sets['all']!;
  return new Map(
    Array.from(puzzleIdentifiers, (identifier, puzzle) => {
      const indices = Array.from(
        { length: puzzleIndices[puzzle + 1]! - puzzleIndices[puzzle]! },
        (_, k) => 900 * (puzzleIndices[puzzle]! + k),
      );
      const tokens = (at: number) => [...inputs.subarray(at, at + 900), ...labels.subarray(at, at + 900)];
      return [identifiers[identifier]!, indices.map((at) => Uint8Array.from(tokens(at)))];
    }),
  );
}

const puzzleHash = (examples: readonly Uint8Array[]) =>
  sha256(examples.map((example) => sha256(moved(example))).sort().join('')).slice(0, 16); // prettier-ignore

const officialMetadata = ({ metadata, sets }: PuzzleDataset) => ({
  pad_id: metadata.padId,
  ignore_label_id: metadata.ignoreLabelId,
  blank_identifier_id: metadata.blankIdentifierId,
  vocab_size: metadata.vocabSize,
  seq_len: metadata.seqLen,
  num_puzzle_identifiers: metadata.numPuzzleIdentifiers,
  total_groups: metadata.totalGroups,
  mean_puzzle_examples: metadata.meanPuzzleExamples,
  sets: metadata.sets,
  total_puzzles: sets['all']!.puzzleIdentifiers.length,
});

describe('the official builder, on 20 tasks of ARC-AGI-1', () => {
  for (const augmentations of [0, 20] as const) {
    const recorded = official[`augmentations-${augmentations}`];
    const ours = buildArcDataset({ train: training, test: evaluation, augmentations });

    it.each(['train', 'test'] as const)(`with ${augmentations} augmentations counts the same: %s`, (split) => {
      expect(officialMetadata(ours[split])).toEqual(recorded[split].metadata);
      const { inputs, groupIndices } = ours[split].sets['all']!;
      expect(inputs.length / 900).toBe(recorded[split].examples);
      const groups = Array.from(groupIndices.subarray(1), (end, group) => end - groupIndices[group]!);
      expect(groups.sort((a, b) => a - b)).toEqual(recorded[split].groups);
      expect(ours.identifiers.length).toBe(recorded.identifiers);
    });
  }

  const plain = buildArcDataset({ train: training, test: evaluation, augmentations: 0 });

  it.each(['train', 'test'] as const)('without augmentation makes the same grids: %s', (split) => {
    const found = [...examplesOf(plain[split], plain.identifiers)].map(([id, examples]) => [id, puzzleHash(examples)]);
    expect(Object.fromEntries(found)).toEqual(official['augmentations-0'][split].puzzles);
  });

  it('moves the same grids to the same tokens', () => {
    const recorded = official['augmentations-0'].train.translated!;
    const pairs = [
      ...training.flatMap(({ train, test }) => [...train, ...test]),
      ...evaluation.flatMap((p) => p.train),
    ];
    const tokensOf = ({ input, output }: ArcPair, position = {}) =>
      Uint8Array.from([...encodeArcGrid(input, position), ...encodeArcGrid(output!, position)]);
    const pairOf = new Map(pairs.map((pair) => [sha256(moved(tokensOf(pair))).slice(0, 16), pair]));
    for (const [key, expected] of Object.entries(recorded)) {
      const [hash, row, column] = key.split(' ') as [string, string, string];
      const tokens = tokensOf(pairOf.get(hash)!, { row: Number(row), column: Number(column) });
      expect(sha256(tokens).slice(0, 16)).toBe(expected);
    }
    expect(Object.keys(recorded).length).toBe(90);
  });

  it('accepts the same of the augmentations that it tried, and makes the same grids with them', () => {
    const { tried, train, test } = official['augmentations-20'];
    let rejected = 0;
    const ours = buildArcDataset({
      train: training,
      test: evaluation,
      augmentations: 20,
      chooseAugmentations: (puzzle, count) => {
        const names = tried[puzzle.id]!;
        const candidates = names.map((name) => parseArcIdentifier(puzzle.id + name).augmentation);
        const kept = distinctAugmentations(puzzle, candidates, count);
        rejected += names.length - kept.length;
        return kept;
      },
    });
    // Otherwise nothing was tested.
    expect(rejected).toBeGreaterThan(0);
    for (const [dataset, recorded] of [
      [ours.train, train],
      [ours.test, test],
    ] as const) {
      const found = [...examplesOf(dataset, ours.identifiers)].map(([name, list]) => [name, puzzleHash(list)]);
      expect(Object.fromEntries(found)).toEqual(recorded.puzzles);
    }
  });
});
