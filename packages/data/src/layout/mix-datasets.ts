import { expectIterable, expectOptions } from '@hrm/files/internal';
import {
  expectPuzzleDataset,
  type PuzzleDataset,
  type PuzzleDatasetMetadata,
  type PuzzleSet,
  type TokenArray,
} from './puzzle-dataset';

/** A data set that is part of a mixture. */
export interface MixedDataset {
  dataset: PuzzleDataset;
  /** How many times an epoch shows each of its groups. Default 1. */
  times?: number;
}

/** Fields that must be equal in all parts of a mixture. */
const SHARED_FIELDS = [
  'vocabSize',
  'seqLen',
  'numPuzzleIdentifiers',
  'padId',
  'ignoreLabelId',
  'blankIdentifierId',
] as const;

function expectCompatible(parts: readonly MixedDataset[]): void {
  if (parts.length === 0) throw new RangeError('mixDatasets: got no data sets, expected at least one');
  const first = parts[0]!.dataset.metadata;
  parts.forEach(({ dataset, times = 1 }, index) => {
    if (!(Number.isSafeInteger(times) && times >= 1)) {
      throw new RangeError(
        `mixDatasets: times of data set ${index + 1} is ${times}, expected a whole number of at least 1`,
      );
    }
    for (const key of SHARED_FIELDS) {
      const [found, expected] = [dataset.metadata[key], first[key]];
      if (found === expected) continue;
      throw new RangeError(
        `mixDatasets: ${key} of data set ${index + 1} is ${found}, expected ${expected} as in the first`,
      );
    }
  });
}

/** Joins lists of start indices. Each list ends with the index after its last item. */
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
 * Mixes compatible data sets, such as puzzles of several difficulties. An epoch shows each group of a part `times`
 * times, so that a few hard puzzles are not lost among many easy ones.
 *
 * @returns a data set with one set, `all`, that joins all sets of all parts.
 * @throws RangeError if the parts differ in sequence length, tokens or number of puzzle identifiers, or `times` is not
 *   a whole number of at least 1; PuzzleDatasetError if a part contradicts itself.
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
  expectIterable('mixDatasets', parts);
  for (const part of parts) {
    expectOptions('mixDatasets', part, ['dataset', 'times']);
    expectPuzzleDataset(part.dataset);
  }
  expectCompatible(parts);
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
