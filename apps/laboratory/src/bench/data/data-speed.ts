import { SeededRandom, trainingBatches, type Augmentation, type PuzzleDataset, type TrainingBatch } from '@hrm/data';
import { sum, summarize, type Summary } from '@hrm/cli/internal';

/** The speed at which puzzles are made. */
export interface DataSpeed {
  /** Puzzles augmented per second. */
  augmentedPerSecond: number;
  /** Batches drawn and augmented per second, over the rounds. */
  batchesPerSecond: Summary;
  batchSize: number;
}

const ROUNDS = 5;

/** Calls `work` repeatedly for some seconds. @returns calls per second. */
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

/** The endless stream of batches of a training run. */
export function trainingStream(puzzles: PuzzleDataset, batchSize: number, augment: Augmentation): () => TrainingBatch {
  const stream = trainingBatches(puzzles, { batchSize, augment });
  return () => {
    const { value } = stream.next();
    if (!value) throw new RangeError(`the data set is smaller than a batch of ${batchSize}`);
    return value;
  };
}

/** Measures an augmentation alone, and a whole training stream. @param seconds in total. */
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

/** The cost of waiting for data. */
export interface DataWait {
  stepSeconds: number;
  /** Share of the time of a step that fetches its batch. */
  share: number;
}

/** Trains, and measures the share of time that fetching batches takes. The first two steps do not count. */
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
