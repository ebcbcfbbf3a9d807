import type { PuzzleDatasetMetadata, PuzzleSet } from '../layout/puzzle-dataset';
import { IGNORED_LABEL } from '../tokens';
import type { PuzzleBatch } from './puzzle-batch';

/** A batch of examples from a data set. */
export interface DatasetBatch extends PuzzleBatch {
  /** Number of real examples. The rows after them are padding. */
  count: number;
  /** Name of the set that contains the examples. */
  setName: string;
}

/** Creates a batch of padding only, padded as by `_collate_batch` of the official puzzle_dataset.py. */
export function blankBatch(metadata: PuzzleDatasetMetadata, batchSize: number, setName: string): DatasetBatch {
  const { seqLen, padId, blankIdentifierId } = metadata;
  const inputs = new Int32Array(batchSize * seqLen);
  if (padId !== 0) inputs.fill(padId);
  return {
    inputs,
    labels: new Int32Array(batchSize * seqLen).fill(IGNORED_LABEL),
    puzzleIdentifiers: new Int32Array(batchSize).fill(blankIdentifierId),
    count: 0,
    batchSize,
    seqLen,
    setName,
  };
}

/** Appends an example of a set to a batch. `puzzle` is the index of the puzzle that the example belongs to. */
export function appendExample(
  batch: DatasetBatch,
  set: PuzzleSet,
  example: number,
  puzzle: number,
  ignoreLabelId: number | null,
): void {
  const { seqLen, inputs, labels } = batch;
  const from = example * seqLen;
  const to = batch.count * seqLen;
  for (let k = 0; k < seqLen; k++) {
    const label = set.labels[from + k]!;
    inputs[to + k] = set.inputs[from + k]!;
    labels[to + k] = label === ignoreLabelId ? IGNORED_LABEL : label;
  }
  batch.puzzleIdentifiers[batch.count++] = set.puzzleIdentifiers[puzzle]!;
}

/** @throws RangeError unless the batch size is a positive integer. */
export function expectBatchSize(batchSize: number): void {
  if (Number.isSafeInteger(batchSize) && batchSize >= 1) return;
  throw new RangeError(`batchSize must be a positive integer, for example 64; got ${batchSize}.`);
}
