import { expectObject } from '@hrm/files/internal';
import { serializeNpyHeader } from '@hrm/files';
import {
  expectDatasetIndices,
  expectMetadata,
  expectPuzzleDataset,
  expectTokens,
  type PuzzleDataset,
  PuzzleDatasetError,
  type PuzzleDatasetMetadata,
  type PuzzleSet,
} from '../layout/puzzle-dataset';

/** A set whose tokens are made as they are written, for data sets larger than the memory. */
export interface StreamedSet extends Omit<PuzzleSet, 'inputs' | 'labels'> {
  /** The number of examples. */
  examples: number;
  /** The tokens of all examples in order, in parts of any length. */
  inputs: Iterable<Uint8Array>;
  labels: Iterable<Uint8Array>;
}

/** A data set of at most 256 tokens whose tokens are made as they are written; see `writeDataset`. */
export interface StreamedDataset {
  metadata: PuzzleDatasetMetadata;
  sets: Record<string, StreamedSet>;
}

export function isStreamed(set: PuzzleSet | StreamedSet): set is StreamedSet {
  return 'examples' in set;
}

/** Checks a data set before it is written. The tokens of a streamed one are checked as they are written. */
export function expectWritable(dataset: PuzzleDataset | StreamedDataset): void {
  expectObject('writeDataset: the data set', dataset, ['metadata', 'sets']);
  expectObject('writeDataset: the sets', dataset.sets, dataset.metadata.sets);
  const isInMemory = (given: PuzzleDataset | StreamedDataset): given is PuzzleDataset =>
    !Object.values(given.sets).some(isStreamed);
  if (isInMemory(dataset)) return expectPuzzleDataset(dataset);
  const { metadata, sets } = dataset;
  expectMetadata(metadata);
  if (metadata.vocabSize > 256) {
    throw new PuzzleDatasetError(`metadata.vocabSize: expected at most 256, for bytes; got ${metadata.vocabSize}`);
  }
  expectDatasetIndices(metadata, sets, ({ examples }) => examples);
}

/** Yields the .npy file of the inputs or labels of a set, and checks the tokens. */
export function* streamedTokens(
  name: string,
  set: StreamedSet,
  field: 'inputs' | 'labels',
  { vocabSize, seqLen, ignoreLabelId }: PuzzleDatasetMetadata,
): Generator<Uint8Array> {
  const array = `${name}.${field}`;
  yield serializeNpyHeader({ type: 'u1', shape: [set.examples, seqLen] });
  let written = 0;
  for (const part of set[field]) {
    expectTokens(array, part, vocabSize, field === 'labels' ? ignoreLabelId : undefined, written);
    written += part.length;
    yield part;
  }
  if (written === set.examples * seqLen) return;
  throw new PuzzleDatasetError(
    `${array}: expected ${set.examples * seqLen} tokens, for ${set.examples} examples of ${seqLen}; got ${written}`,
  );
}
