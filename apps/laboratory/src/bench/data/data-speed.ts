import { SeededRandom, trainingBatches, type Augmentation, type PuzzleDataset, type TrainingBatch } from '@hrm/data';
import { sum, summarize, type Summary } from '@hrm/reference-trainer/internal';

/** How fast puzzles come. */
export interface DataSpeed {
  /** Puzzles turned into one of their equals, a second. */
  augmentedPerSecond: number;
  /** Batches drawn and augmented, a second; with the least and the most of the rounds. */
  batchesPerSecond: Summary;
  batchSize: number;
}

const ROUNDS = 5;

/** Calls `work` for so long. @returns calls a second. */
function rate(work: () => void, seconds: number): number {
  const started = performance.now();
  let [calls, taken] = [0, 0];
  while (taken < seconds) {
    work();
    calls++;
    taken = (performance.now() - started) / 1000;
  }
  return calls / taken;
}

/** The stream of a training run, without end. */
export function trainingStream(puzzles: PuzzleDataset, batchSize: number, augment: Augmentation): () => TrainingBatch {
  const stream = trainingBatches(puzzles, { batchSize, augment });
  return () => {
    const { value } = stream.next();
    if (!value) throw new RangeError(`the data set is smaller than a batch of ${batchSize}`);
    return value;
  };
}

/** Measures an augmentation by itself, and the stream that a training step reads. @param seconds in all. */
export function measureDataSpeed(
  puzzles: PuzzleDataset,
  augment: Augmentation,
  { batchSize, seconds }: { batchSize: number; seconds: number },
): DataSpeed {
  const next = trainingStream(puzzles, batchSize, augment);
  const { inputs, labels, seqLen } = next();
  const [input, label] = [inputs.slice(0, seqLen), labels.slice(0, seqLen)];
  const random = new SeededRandom(0);
  rate(() => augment(input, label, random), seconds / 10);
  const augmentedPerSecond = rate(() => augment(input, label, random), seconds / 3);
  rate(next, seconds / 10);
  const rates = Array.from({ length: ROUNDS }, () => rate(next, seconds / 2 / ROUNDS));
  return { augmentedPerSecond, batchesPerSecond: summarize(rates), batchSize };
}

/** What waiting for data costs a training. */
export interface DataWait {
  stepSeconds: number;
  /** Of the time of a step, with fetching its batch. */
  share: number;
}

/** Trains, and measures what share of the time goes into fetching batches. The first two steps do not count. */
export async function measureDataWait(
  next: () => TrainingBatch,
  train: (batch: TrainingBatch) => Promise<unknown>,
  steps: number,
): Promise<DataWait> {
  const waits: number[] = [];
  const wholes: number[] = [];
  for (let step = -2; step < steps; step++) {
    const started = performance.now();
    const batch = next();
    const fetched = performance.now();
    await train(batch);
    if (step < 0) continue;
    waits.push((fetched - started) / 1000);
    wholes.push((performance.now() - started) / 1000);
  }
  return { stepSeconds: summarize(wholes).median, share: sum(waits) / sum(wholes) };
}
