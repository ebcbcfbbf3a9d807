import {
  expectPuzzleDataset,
  type PuzzleDataset,
  type PuzzleDatasetMetadata,
  type PuzzleSet,
  type TokenArray,
} from './puzzle-dataset';

/** A data set that goes into a mixture. */
export interface MixedDataset {
  dataset: PuzzleDataset;
  /** How often each of its puzzles comes in an epoch. Default 1. */
  times?: number;
}

/** What the parts of a mixture must have in common. */
const SHARED = ['vocabSize', 'seqLen', 'numPuzzleIdentifiers', 'padId', 'ignoreLabelId', 'blankIdentifierId'] as const;

function expectAlike(parts: readonly MixedDataset[]): void {
  if (parts.length === 0) throw new RangeError('mixDatasets: got no data sets, expected at least one');
  const first = parts[0]!.dataset.metadata;
  parts.forEach(({ dataset, times = 1 }, index) => {
    expectPuzzleDataset(dataset);
    if (!(Number.isSafeInteger(times) && times >= 1)) {
      throw new RangeError(
        `mixDatasets: times of data set ${index + 1} is ${times}, expected a whole number of at least 1`,
      );
    }
    for (const key of SHARED) {
      const [found, expected] = [dataset.metadata[key], first[key]];
      if (found === expected) continue;
      throw new RangeError(
        `mixDatasets: ${key} of data set ${index + 1} is ${found}, expected ${expected} as in the first`,
      );
    }
  });
}

/** Joins lists of the places where things begin, each of which ends with the place after the last. */
function joinIndices(lists: readonly Int32Array[]): Int32Array {
  const joined = new Int32Array(1 + lists.reduce((count, { length }) => count + length - 1, 0));
  let at = 0;
  for (const list of lists) {
    const by = joined[at]!;
    for (const index of list.subarray(1)) joined[++at] = by + index;
  }
  return joined;
}

function joinArrays<A extends Uint8Array | Int32Array>(arrays: readonly A[], joined: A): A {
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}

function joinTokens(arrays: readonly TokenArray[]): TokenArray {
  const length = arrays.reduce((count, array) => count + array.length, 0);
  const isNarrow = arrays.every((array) => array instanceof Uint8Array);
  return joinArrays<TokenArray>(arrays, isNarrow ? new Uint8Array(length) : new Int32Array(length));
}

/**
 * Puts data sets of one kind together, such as puzzles of several difficulties. Each puzzle of a part comes as often in an
 * epoch as the part's `times` says, so that few hard ones are not lost among many easy ones.
 *
 * @returns one set, `all`, of all sets of all parts.
 * @throws RangeError where the parts differ in the length of their puzzles, their tokens or their number of puzzle
 *   identifiers, or `times` is no whole number from 1; PuzzleDatasetError for one that contradicts itself.
 *
 * @example
 * ```ts
 * import { buildDataset, mixDatasets } from '@hrm/data';
 *
 * const sizes = { vocabSize: 4, seqLen: 2 };
 * const easy = buildDataset([{ input: [1, 2], output: [2, 2] }, { input: [2, 1], output: [2, 3] }], sizes);
 * const hard = buildDataset([{ input: [1, 1], output: [3, 2] }], sizes);
 * const mixed = mixDatasets([{ dataset: easy }, { dataset: hard, times: 3 }]);
 * console.log(mixed.metadata.totalGroups); // 5
 * ```
 */
export function mixDatasets(parts: readonly MixedDataset[]): PuzzleDataset {
  expectAlike(parts);
  const sets = parts.flatMap(({ dataset: { metadata, sets }, times = 1 }) => {
    const own = metadata.sets.map((name) => sets[name]!);
    return Array.from({ length: times }, () => own).flat();
  });
  const identifiers = sets.map(({ puzzleIdentifiers }) => puzzleIdentifiers);
  const all: PuzzleSet = {
    inputs: joinTokens(sets.map(({ inputs }) => inputs)),
    labels: joinTokens(sets.map(({ labels }) => labels)),
    puzzleIdentifiers: joinArrays(
      identifiers,
      new Int32Array(identifiers.reduce((sum, { length }) => sum + length, 0)),
    ),
    puzzleIndices: joinIndices(sets.map(({ puzzleIndices }) => puzzleIndices)),
    groupIndices: joinIndices(sets.map(({ groupIndices }) => groupIndices)),
  };
  const metadata: PuzzleDatasetMetadata = {
    ...parts[0]!.dataset.metadata,
    totalGroups: all.groupIndices.length - 1,
    meanPuzzleExamples: all.puzzleIndices.at(-1)! / (all.puzzleIndices.length - 1),
    sets: ['all'],
  };
  const mixed: PuzzleDataset = { metadata, sets: { all } };
  expectPuzzleDataset(mixed);
  return mixed;
}
