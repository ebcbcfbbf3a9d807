import { expectFunction } from '@hrm/files/internal';
import { expectPuzzleDataset, type PuzzleDataset, type PuzzleSet, type TokenArray } from './puzzle-dataset';

/** Copies the examples from `start` up to `end` for each range. */
function copyRanges(tokens: TokenArray, ranges: readonly [start: number, end: number][], seqLen: number): TokenArray {
  const length = ranges.reduce((sum, [start, end]) => sum + end - start, 0) * seqLen;
  const copy = tokens instanceof Uint8Array ? new Uint8Array(length) : new Int32Array(length);
  let at = 0;
  for (const [start, end] of ranges) {
    copy.set(tokens.subarray(start * seqLen, end * seqLen), at);
    at += (end - start) * seqLen;
  }
  return copy;
}

function selectInSet(set: PuzzleSet, keeps: (identifier: number) => boolean, seqLen: number): PuzzleSet {
  const { puzzleIdentifiers, puzzleIndices, groupIndices } = set;
  const [identifiers, ranges]: [number[], [number, number][]] = [[], []];
  const [indices, groups] = [[0], [0]];
  for (let group = 0; group + 1 < groupIndices.length; group++) {
    for (let puzzle = groupIndices[group]!; puzzle < groupIndices[group + 1]!; puzzle++) {
      if (!keeps(puzzleIdentifiers[puzzle]!)) continue;
      const [start, end] = [puzzleIndices[puzzle]!, puzzleIndices[puzzle + 1]!];
      identifiers.push(puzzleIdentifiers[puzzle]!);
      ranges.push([start, end]);
      indices.push(indices.at(-1)! + end - start);
    }
    if (identifiers.length > groups.at(-1)!) groups.push(identifiers.length);
  }
  return {
    inputs: copyRanges(set.inputs, ranges, seqLen),
    labels: copyRanges(set.labels, ranges, seqLen),
    puzzleIdentifiers: Int32Array.from(identifiers),
    puzzleIndices: Int32Array.from(indices),
    groupIndices: Int32Array.from(groups),
  };
}

/**
 * The puzzles of a data set whose identifiers are chosen, in their groups; a group without any is left out.
 *
 * @param keeps whether the puzzles of an identifier are chosen.
 * @throws PuzzleDatasetError if the data set contradicts itself.
 *
 * @example
 * ```ts
 * import { buildDataset, selectPuzzles } from '@hrm/data';
 *
 * const examples = [1, 2, 3].map((token) => ({ input: [token], output: [token] }));
 * const dataset = buildDataset(examples, { vocabSize: 4, seqLen: 1 });
 * dataset.metadata.numPuzzleIdentifiers = 3;
 * dataset.sets['all']!.puzzleIdentifiers.set([0, 1, 2]);
 * const { inputs } = selectPuzzles(dataset, (identifier) => identifier > 0).sets['all']!;
 * console.log(inputs); // [ 2, 3 ]
 * ```
 */
export function selectPuzzles(dataset: PuzzleDataset, keeps: (identifier: number) => boolean): PuzzleDataset {
  expectPuzzleDataset(dataset);
  expectFunction('selectPuzzles', keeps);
  const { metadata } = dataset;
  const sets = Object.fromEntries(
    metadata.sets.map((name) => [name, selectInSet(dataset.sets[name]!, keeps, metadata.seqLen)]),
  );
  const chosen = Object.values(sets);
  const total = (lengthOf: (set: PuzzleSet) => number) => chosen.reduce((sum, set) => sum + lengthOf(set), 0);
  const puzzles = total(({ puzzleIdentifiers }) => puzzleIdentifiers.length);
  const examples = total(({ puzzleIndices }) => puzzleIndices.at(-1)!);
  return {
    metadata: {
      ...metadata,
      totalGroups: total(({ groupIndices }) => groupIndices.length - 1),
      meanPuzzleExamples: puzzles === 0 ? 0 : examples / puzzles,
    },
    sets,
  };
}
