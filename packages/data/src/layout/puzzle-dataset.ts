import { expectArray, expectObject } from '@hrm/files/internal';

/** Metadata of a data set. On disk, dataset.json has the official names: `pad_id`, `seq_len`, ... */
export interface PuzzleDatasetMetadata {
  /** The padding token. */
  padId: number;
  /** The label without a loss: a token, or another number such as -100. Null if every label has a loss. */
  ignoreLabelId: number | null;
  /** The puzzle identifier that means "no identifier". */
  blankIdentifierId: number;
  /** Tokens are 0 .. vocabSize - 1. */
  vocabSize: number;
  /** Number of tokens in one example. */
  seqLen: number;
  /** Puzzle identifiers are 0 .. numPuzzleIdentifiers - 1. */
  numPuzzleIdentifiers: number;
  /** Number of groups in all sets. An epoch shows one puzzle of each group. */
  totalGroups: number;
  /** Mean number of examples per puzzle. */
  meanPuzzleExamples: number;
  /** Names of the sets, in order. */
  sets: string[];
}

/** The tokens of all examples of a set, [examples * seqLen]. */
export type TokenArray = Uint8Array | Int32Array;

/**
 * One set of a data set. Examples belong to puzzles, and puzzles to groups: a puzzle and its augmentations are one
 * group. Group g has the puzzles from `groupIndices[g]` up to (not including) `groupIndices[g + 1]`. Puzzle p has the
 * examples from `puzzleIndices[p]` up to (not including) `puzzleIndices[p + 1]`.
 */
export interface PuzzleSet {
  inputs: TokenArray;
  labels: TokenArray;
  /** [puzzles] */
  puzzleIdentifiers: Int32Array;
  /** [puzzles + 1] */
  puzzleIndices: Int32Array;
  /** [groups + 1] */
  groupIndices: Int32Array;
}

/** A data set: metadata and named sets, as in the official `PuzzleDataset` (puzzle_dataset.py). */
export interface PuzzleDataset {
  metadata: PuzzleDatasetMetadata;
  sets: Record<string, PuzzleSet>;
}

/**
 * Thrown for a data set that contradicts itself. The message names the set, the array and the index.
 *
 * @example
 * ```ts
 * import { metadataFromJson, PuzzleDatasetError } from '@hrm/data';
 *
 * try {
 *   metadataFromJson('[]');
 * } catch (error) {
 *   console.log(error instanceof PuzzleDatasetError); // true
 * }
 * ```
 */
export class PuzzleDatasetError extends Error {
  override readonly name = 'PuzzleDatasetError';
}

/** The arrays of a set. */
const SET_ARRAYS = ['inputs', 'labels', 'puzzleIdentifiers', 'puzzleIndices', 'groupIndices'] as const;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Checks the types and ranges of metadata, and that set names are safe as parts of file names.
 *
 * @throws PuzzleDatasetError with the field, its value and what was expected.
 */
export function expectMetadata(metadata: PuzzleDatasetMetadata): void {
  expectObject('metadata', metadata, ['vocabSize', 'seqLen', 'sets']);
  const expect = (valid: boolean, field: keyof PuzzleDatasetMetadata, expected: string): void => {
    if (valid) return;
    throw new PuzzleDatasetError(`metadata.${field}: expected ${expected}; got ${JSON.stringify(metadata[field])}`);
  };
  const { vocabSize, numPuzzleIdentifiers, sets } = metadata;
  expect(isCount(vocabSize) && vocabSize >= 1 && vocabSize < 2 ** 31, 'vocabSize', 'an integer from 1 to 2^31 - 1');
  expect(isCount(metadata.seqLen) && metadata.seqLen >= 1, 'seqLen', 'a positive integer');
  expect(isCount(numPuzzleIdentifiers) && numPuzzleIdentifiers >= 1, 'numPuzzleIdentifiers', 'a positive integer');
  expect(isCount(metadata.padId) && metadata.padId < vocabSize, 'padId', 'a token below vocabSize');
  const ignored = metadata.ignoreLabelId;
  expect(ignored === null || (ignored | 0) === ignored, 'ignoreLabelId', 'a 32-bit integer or null');
  const blank = metadata.blankIdentifierId;
  expect(isCount(blank) && blank < numPuzzleIdentifiers, 'blankIdentifierId', 'an identifier in range');
  expect(isCount(metadata.totalGroups), 'totalGroups', 'a count');
  const mean = metadata.meanPuzzleExamples;
  expect(typeof mean === 'number' && Number.isFinite(mean) && mean >= 0, 'meanPuzzleExamples', 'a number, 0 or more');
  // The names become parts of file names; they must not lead out of the folder.
  const isName = (name: unknown) => typeof name === 'string' && /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(name);
  const named = Array.isArray(sets) && sets.length > 0 && sets.every(isName) && new Set(sets).size === sets.length;
  expect(named, 'sets', 'different names of letters, digits, "_", "-" and "."');
}

/**
 * Checks tokens, which begin at the index `first` of the array `name`.
 *
 * @throws PuzzleDatasetError for a token that is out of range, and is not `ignored`.
 */
export function expectTokens(
  name: string,
  tokens: TokenArray,
  vocabSize: number,
  ignored?: number | null,
  first = 0,
): void {
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if ((token < 0 || token >= vocabSize) && token !== ignored) {
      throw new PuzzleDatasetError(
        `${name}[${first + index}]: expected a token from 0 to ${vocabSize - 1}; got ${token}`,
      );
    }
  }
}

/**
 * Checks indices that split `total` things into non-empty parts: the first is 0, each is larger, the last is `total`.
 */
function expectIndices(name: string, indices: Int32Array, total: number, things: string): void {
  if (indices[0] !== 0) throw new PuzzleDatasetError(`${name}[0]: expected 0; got ${indices[0]}`);
  for (let index = 1; index < indices.length; index++) {
    if (indices[index]! <= indices[index - 1]!) {
      throw new PuzzleDatasetError(
        `${name}[${index}]: expected more than the ${indices[index - 1]} before it; got ${indices[index]}`,
      );
    }
  }
  const last = indices[indices.length - 1]!;
  if (last !== total)
    throw new PuzzleDatasetError(`${name}: expected to end at the ${total} ${things}; ends at ${last}`);
}

/**
 * Checks that a data set is consistent: array lengths, token and identifier ranges, increasing indices, and the number
 * of groups. Readers and batch functions call it, so that no later code reads beyond an array.
 *
 * @throws PuzzleDatasetError with the set, the array, the index, what was expected and what was found.
 *
 * @example
 * ```ts
 * import { buildDataset, expectPuzzleDataset } from '@hrm/data';
 *
 * const dataset = buildDataset([{ input: [1, 2, 3, 4], output: [4, 3, 2, 1] }], { vocabSize: 6, seqLen: 4 });
 * expectPuzzleDataset(dataset);
 * dataset.sets['all']!.inputs[3] = 99;
 * try {
 *   expectPuzzleDataset(dataset);
 * } catch (error) {
 *   console.log(String(error)); // ... all.inputs[3]: expected a token from 0 to 5; got 99
 * }
 * ```
 */
export function expectPuzzleDataset(dataset: PuzzleDataset): void {
  expectObject('a data set', dataset, ['metadata', 'sets']);
  const { metadata, sets } = dataset;
  expectMetadata(metadata);
  const { vocabSize, seqLen } = metadata;
  for (const name of metadata.sets) {
    if (!Object.hasOwn(sets, name)) throw new PuzzleDatasetError(`the set ${name} of metadata.sets is missing`);
    for (const array of SET_ARRAYS) expectArray(`${name}.${array}`, sets[name]![array]);
    const { inputs, labels } = sets[name]!;
    if (inputs.length % seqLen !== 0 || labels.length !== inputs.length) {
      throw new PuzzleDatasetError(
        `${name}: expected as many labels as inputs, a multiple of ${seqLen}; ` +
          `got ${inputs.length} inputs and ${labels.length} labels`,
      );
    }
    expectTokens(`${name}.inputs`, inputs, vocabSize);
    expectTokens(`${name}.labels`, labels, vocabSize, metadata.ignoreLabelId);
  }
  expectDatasetIndices(metadata, sets, (set) => set.inputs.length / seqLen);
}

/** The part of {@link expectPuzzleDataset} that needs no tokens. `examplesOf` returns the number of examples of a set. */
export function expectDatasetIndices<Set extends Omit<PuzzleSet, 'inputs' | 'labels'>>(
  { sets: names, numPuzzleIdentifiers, totalGroups }: PuzzleDatasetMetadata,
  sets: Readonly<Record<string, Set>>,
  examplesOf: (set: Set) => number,
): void {
  let groups = 0;
  for (const name of names) {
    if (!Object.hasOwn(sets, name)) throw new PuzzleDatasetError(`the set ${name} of metadata.sets is missing`);
    const { puzzleIdentifiers, puzzleIndices, groupIndices } = sets[name]!;
    expectIndices(`${name}.puzzleIndices`, puzzleIndices, examplesOf(sets[name]!), 'examples');
    const puzzles = puzzleIndices.length - 1;
    if (puzzleIdentifiers.length !== puzzles) {
      throw new PuzzleDatasetError(
        `${name}.puzzleIdentifiers: expected one for each of the ${puzzles} puzzles; got ${puzzleIdentifiers.length}`,
      );
    }
    puzzleIdentifiers.forEach((identifier, puzzle) => {
      if (identifier >= 0 && identifier < numPuzzleIdentifiers) return;
      const range = `an identifier from 0 to ${numPuzzleIdentifiers - 1}`;
      throw new PuzzleDatasetError(`${name}.puzzleIdentifiers[${puzzle}]: expected ${range}; got ${identifier}`);
    });
    expectIndices(`${name}.groupIndices`, groupIndices, puzzles, 'puzzles');
    groups += groupIndices.length - 1;
  }
  if (groups !== totalGroups) {
    throw new PuzzleDatasetError(`metadata.totalGroups: expected ${groups}, as in the sets; got ${totalGroups}`);
  }
}
