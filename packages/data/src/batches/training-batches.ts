import { SeededRandom, type SeededRandomState } from '../seeded-random';
import type { Augmentation } from './augmentation';
import { appendExample, expectBatchSize, type DatasetBatch, blankBatch } from './dataset-batch';
import { expectPuzzleDataset, type PuzzleDataset, PuzzleDatasetError, type PuzzleSet } from '../layout/puzzle-dataset';

/** Where a stream of training batches stands; plain JSON, to be saved with a checkpoint. */
export interface TrainingBatchesCursor {
  /** The seed of the stream. */
  seed: number;
  /** Passes over a set that have begun, from 0; with one set it is the epoch when `epochsPerIteration` is 1. */
  iteration: number;
  /** Groups of this pass already used. */
  position: number;
  /** The random numbers of what comes next. */
  random: SeededRandomState;
}

/** A training batch: full, and with the place in the stream right after it. */
export interface TrainingBatch extends DatasetBatch {
  /** Pass it as `cursor` to go on with the batch after this one. */
  cursor: TrainingBatchesCursor;
}

/** How training batches are drawn. */
export interface TrainingBatchesOptions {
  /** Examples of a batch; every batch has exactly so many. */
  batchSize: number;
  /** Seed of all that is random here. Default 0. */
  seed?: number;
  /** Passes over the data, a multiple of `epochsPerIteration`. Default: without end. */
  epochs?: number;
  /**
   * Epochs strung together before a short batch is dropped. Default 1; the official training takes those between two
   * evaluations (`epochs_per_iter`). Raise it for data sets smaller than a batch.
   */
  epochsPerIteration?: number;
  /** Go on from here. Default: the beginning. */
  cursor?: TrainingBatchesCursor;
  /** Changes each example drawn; several do so one after the other. Default: none. */
  augment?: Augmentation | readonly Augmentation[];
}

function startingCursor({ seed = 0, cursor }: TrainingBatchesOptions): TrainingBatchesCursor {
  if (!cursor) return { seed, iteration: 0, position: 0, random: new SeededRandom(seed, 0).state };
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!isCount(cursor.iteration) || !isCount(cursor.position)) {
    throw new RangeError(`A cursor has the counts iteration and position; got ${JSON.stringify(cursor)}.`);
  }
  if (cursor.seed !== seed) {
    throw new RangeError(`The cursor is of a stream with seed ${cursor.seed}; got seed ${seed}. Pass the same seed.`);
  }
  return cursor;
}

/** The order of the groups in a pass: each epoch of it a new permutation, told by seed and pass alone. */
function groupOrder(groups: number, epochs: number, seed: number, iteration: number): Int32Array {
  const random = new SeededRandom(seed, 1, iteration);
  const order = new Int32Array(groups * epochs);
  for (let epoch = 0; epoch < epochs; epoch++) order.set(random.permutation(groups), epoch * groups);
  return order;
}

/** Some different examples of a puzzle, in random order. */
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
 * Training batches as the official sampler makes them (`_iter_train` of puzzle_dataset.py): each epoch the groups in a
 * new random order, of each group one random puzzle, of each puzzle its examples in random order as far as they fit;
 * a last short batch is dropped. With several sets, pass after pass goes to the next.
 *
 * The stream depends only on the data set, the seed, the batch size and the augmentation; from the `cursor` of any of
 * its batches it goes on exactly as it would have.
 *
 * @throws PuzzleDatasetError when the data set contradicts itself or a pass fills no batch, RangeError for options out
 *   of range or a cursor of another stream; all at the first batch.
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
  const { batchSize, seed = 0, epochs = Infinity, epochsPerIteration = 1, augment = [] } = options;
  const augmentations = typeof augment === 'function' ? [augment] : augment;
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
      throw new RangeError(`The cursor is at group ${position} of a pass over ${order.length}: of another data set.`);
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
