import type { PuzzleDatasetMetadata, PuzzleSet } from '../layout/puzzle-dataset';
import { IGNORED_LABEL } from '../tokens';
import type { PuzzleBatch } from './puzzle-batch';

/** A batch of examples of a data set. */
export interface DatasetBatch extends PuzzleBatch {
  /** Real examples; the rest of the batch, at its end, is padding. */
  count: number;
  /** The set the examples are from. */
  setName: string;
}

/** A batch of nothing but padding, as `_collate_batch` of the official puzzle_dataset.py pads. */
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

/** Puts an example of a set, which belongs to a puzzle, after those already in the batch. */
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

/** @throws RangeError unless the size of a batch is a positive integer. */
export function expectBatchSize(batchSize: number): void {
  if (Number.isSafeInteger(batchSize) && batchSize >= 1) return;
  throw new RangeError(`batchSize must be a positive integer, for example 64; got ${batchSize}.`);
}
