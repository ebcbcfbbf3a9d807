import { expectOptions } from '@hrm/files/internal';
import { appendExample, expectBatchSize, type DatasetBatch, blankBatch } from './dataset-batch';
import { expectPuzzleDataset, type PuzzleDataset } from '../layout/puzzle-dataset';

/**
 * Yields all examples in order, set after set. The last batch of a set is filled up with padding: pad tokens, labels
 * -100 and the blank identifier. `count` is the number of real examples. Source: `_iter_test` of the official
 * puzzle_dataset.py.
 *
 * @param options `batchSize`: examples in a batch.
 * @throws PuzzleDatasetError if the data set contradicts itself, RangeError for a bad batch size; both at the first
 *   batch.
 *
 * @example
 * ```ts
 * import { buildDataset, evaluationBatches } from '@hrm/data';
 *
 * const examples = Array.from({ length: 100 }, (_, k) => ({ input: [1 + (k % 9), 1], output: [1, 1 + (k % 9)] }));
 * const dataset = buildDataset(examples, { vocabSize: 10, seqLen: 2 });
 * for (const batch of evaluationBatches(dataset, { batchSize: 64 })) {
 *   console.log(batch.inputs.length, batch.count); // 128 64, then 128 36
 * }
 * ```
 */
export function* evaluationBatches(dataset: PuzzleDataset, options: { batchSize: number }): Generator<DatasetBatch> {
  expectOptions('evaluationBatches', options, ['batchSize']);
  const { batchSize } = options;
  expectBatchSize(batchSize);
  expectPuzzleDataset(dataset);
  const { metadata } = dataset;
  for (const setName of metadata.sets) {
    const set = dataset.sets[setName]!;
    const examples = set.inputs.length / metadata.seqLen;
    let puzzle = 0;
    for (let start = 0; start < examples; start += batchSize) {
      const batch = blankBatch(metadata, batchSize, setName);
      for (let example = start; example < Math.min(start + batchSize, examples); example++) {
        while (example >= set.puzzleIndices[puzzle + 1]!) puzzle++;
        appendExample(batch, set, example, puzzle, metadata.ignoreLabelId);
      }
      yield batch;
    }
  }
}
