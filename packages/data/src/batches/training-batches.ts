import { expectFunction, expectIterable, expectOptions } from '@hrm/files/internal';
import { SeededRandom, type SeededRandomState } from '../seeded-random';
import type { Augmentation } from './augmentation';
import { appendExample, expectBatchSize, type DatasetBatch, blankBatch } from './dataset-batch';
import { expectPuzzleDataset, type PuzzleDataset, PuzzleDatasetError, type PuzzleSet } from '../layout/puzzle-dataset';

/** A position in a stream of training batches. Plain JSON, so that a checkpoint can contain it. */
export interface TrainingBatchesCursor {
  /** The seed of the stream. */
  seed: number;
  /** Index of the current pass over a set, from 0. With one set and `epochsPerIteration` 1, it is the epoch. */
  iteration: number;
  /** Number of groups of this pass that are already used. */
  position: number;
  /** State of the random generator for the next batch. */
  random: SeededRandomState;
}

/** A full training batch, with the position in the stream right after it. */
export interface TrainingBatch extends DatasetBatch {
  /** Pass it as the option `cursor` to continue with the next batch. */
  cursor: TrainingBatchesCursor;
}

/** Options of {@link trainingBatches}. */
export interface TrainingBatchesOptions {
  /** Number of examples in every batch. */
  batchSize: number;
  /** Seed of all random choices. Default 0. */
  seed?: number;
  /** Number of epochs, a multiple of `epochsPerIteration`. Default: endless. */
  epochs?: number;
  /**
   * Number of epochs in one pass. An incomplete last batch is dropped only at the end of a pass. Default 1. The
   * official training uses the epochs between two evaluations (`epochs_per_iter`). Raise it for data sets smaller than
   * a batch.
   */
  epochsPerIteration?: number;
  /** Where to continue. Default: the beginning. */
  cursor?: TrainingBatchesCursor;
  /** Augmentations of each drawn example, applied in order. Default: none. */
  augment?: Augmentation | readonly Augmentation[];
}

const OPTIONS = [
  'batchSize',
  'seed',
  'epochs',
  'epochsPerIteration',
  'cursor',
  'augment',
] satisfies (keyof TrainingBatchesOptions)[];

function startingCursor({ seed = 0, cursor }: TrainingBatchesOptions): TrainingBatchesCursor {
  if (!cursor) return { seed, iteration: 0, position: 0, random: new SeededRandom(seed, 0).state };
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!isCount(cursor.iteration) || !isCount(cursor.position)) {
    throw new RangeError(`A cursor needs the counts iteration and position; got ${JSON.stringify(cursor)}.`);
  }
  if (cursor.seed !== seed) {
    throw new RangeError(
      `The cursor belongs to a stream with seed ${cursor.seed}; got seed ${seed}. Pass the same seed.`,
    );
  }
  return cursor;
}

/** The order of the groups in a pass: a new permutation for each epoch. It depends only on the seed and the pass. */
function groupOrder(groups: number, epochs: number, seed: number, iteration: number): Int32Array {
  const random = new SeededRandom(seed, 1, iteration);
  const order = new Int32Array(groups * epochs);
  for (let epoch = 0; epoch < epochs; epoch++) order.set(random.permutation(groups), epoch * groups);
  return order;
}

/** Draws at most `atMost` different examples of a puzzle, in random order. */
function drawExamples(set: PuzzleSet, puzzle: number, atMost: number, random: SeededRandom): Int32Array {
  const start = set.puzzleIndices[puzzle]!;
  const size = set.puzzleIndices[puzzle + 1]! - start;
  if (size === 1) return Int32Array.of(start);
  return random
    .permutation(size)
    .subarray(0, atMost)
    .map((example) => start + example);
}

/**
 * Yields training batches like the official sampler (`_iter_train` of puzzle_dataset.py). Each epoch visits the groups
 * in a new random order and draws one random puzzle of each group. The examples of that puzzle enter the batch in
 * random order, as many as fit. An incomplete last batch is dropped. With several sets, each pass uses the next set.
 *
 * The stream depends only on the data set, the seed, the batch size and the augmentations. The `cursor` of any batch
 * continues it exactly.
 *
 * @throws PuzzleDatasetError if the data set contradicts itself or a pass does not fill a batch, RangeError for options
 *   out of range or the cursor of another stream; all at the first batch.
 *
 * @example
 * ```ts
 * import { buildDataset, trainingBatches } from '@hrm/data';
 *
 * const examples = Array.from({ length: 200 }, (_, k) => ({ input: [1 + (k % 9), 1], output: [1, 1 + (k % 9)] }));
 * const dataset = buildDataset(examples, { vocabSize: 10, seqLen: 2 });
 * const options = { batchSize: 64, seed: 0 };
 * const [first, second] = trainingBatches(dataset, options);
 * const [again] = trainingBatches(dataset, { ...options, cursor: first!.cursor });
 * console.log(again!.inputs.join() === second!.inputs.join()); // true
 * ```
 */
export function* trainingBatches(
  dataset: PuzzleDataset,
  options: TrainingBatchesOptions,
): Generator<TrainingBatch, undefined> {
  expectOptions('trainingBatches', options, OPTIONS);
  const { batchSize, seed = 0, epochs = Infinity, epochsPerIteration = 1, augment = [] } = options;
  const augmentations = typeof augment === 'function' ? [augment] : augment;
  expectIterable('trainingBatches: augment', augmentations);
  for (const change of augmentations) expectFunction('trainingBatches: augment', change);
  expectBatchSize(batchSize);
  if (!(Number.isSafeInteger(epochsPerIteration) && epochsPerIteration >= 1)) {
    throw new RangeError(`epochsPerIteration must be a positive integer; got ${epochsPerIteration}.`);
  }
  if (!(epochs === Infinity || (epochs >= 0 && Number.isInteger(epochs / epochsPerIteration)))) {
    throw new RangeError(`epochs must be a multiple of epochsPerIteration, ${epochsPerIteration}; got ${epochs}.`);
  }
  expectPuzzleDataset(dataset);
  const { metadata } = dataset;
  const start = startingCursor(options);
  const random = SeededRandom.fromState(start.random);
  const iterations = (epochs / epochsPerIteration) * metadata.sets.length;

  let position = start.position;
  for (let iteration = start.iteration; iteration < iterations; iteration++) {
    const setName = metadata.sets[iteration % metadata.sets.length]!;
    const set = dataset.sets[setName]!;
    const order = groupOrder(set.groupIndices.length - 1, epochsPerIteration, seed, iteration);
    if (position > order.length) {
      throw new RangeError(
        `The cursor is at group ${position} of ${order.length} groups in a pass: it belongs to another data set.`,
      );
    }
    let filled = position > 0;
    for (;;) {
      const batch = blankBatch(metadata, batchSize, setName);
      while (position < order.length && batch.count < batchSize) {
        const group = order[position++]!;
        const firstPuzzle = set.groupIndices[group]!;
        const puzzle = firstPuzzle + random.integer(set.groupIndices[group + 1]! - firstPuzzle);
        for (const example of drawExamples(set, puzzle, batchSize - batch.count, random)) {
          const at = batch.count * batch.seqLen;
          appendExample(batch, set, example, puzzle, metadata.ignoreLabelId);
          const [inputs, labels] = [batch.inputs, batch.labels].map((all) => all.subarray(at, at + batch.seqLen));
          for (const change of augmentations) change(inputs!, labels!, random);
        }
      }
      if (batch.count < batchSize) break;
      filled = true;
      yield { ...batch, cursor: { seed, iteration, position, random: random.state } };
    }
    if (!filled) {
      throw new PuzzleDatasetError(
        `one pass over the set ${setName} does not fill a batch of ${batchSize}; ` +
          'lower batchSize or raise epochsPerIteration',
      );
    }
    position = 0;
  }
}
