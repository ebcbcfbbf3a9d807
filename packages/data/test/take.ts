import type { TrainingBatch } from '../src/index';

/** The first batches of a stream. */
export const take = (stream: Iterable<TrainingBatch>, count: number): TrainingBatch[] => {
  const batches: TrainingBatch[] = [];
  for (const batch of stream) {
    batches.push(batch);
    if (batches.length === count) break;
  }
  return batches;
};
