import type { PuzzleBatch } from '@hrm/data';
import type { Communicator } from '@hrm/distributed';
import type { HostDraws } from '@hrm/recursion';

/** Which rank of how many. */
export type Place = Pick<Communicator, 'rank' | 'size'>;

/** Some rows of a batch, from `first` up to `end`. They share memory with it. */
export function rowsOfBatch(batch: PuzzleBatch, first: number, end: number): PuzzleBatch {
  const { inputs, labels, puzzleIdentifiers, seqLen } = batch;
  return {
    inputs: inputs.subarray(first * seqLen, end * seqLen),
    labels: labels.subarray(first * seqLen, end * seqLen),
    puzzleIdentifiers: puzzleIdentifiers.subarray(first, end),
    batchSize: end - first,
    seqLen,
  };
}

/** The rows of a batch that a rank takes. The shares differ by one row at most, and one may be empty. */
export function shareOfBatch(batch: PuzzleBatch, { rank, size }: Place): PuzzleBatch {
  const border = (of: number) => Math.floor((batch.batchSize * of) / size);
  return rowsOfBatch(batch, border(rank), border(rank + 1));
}

/** A rank's share of random numbers that were drawn for all slots of the batch, slot after slot. */
export function shareOfDraws(draws: HostDraws, { rank, size }: Place): HostDraws {
  return Object.fromEntries(
    Object.entries(draws).map(([name, values]) => {
      const count = values.length / size;
      return [name, values.slice(rank * count, (rank + 1) * count)];
    }),
  );
}

/** The slots of each rank in a batch. @throws RangeError if the ranks cannot have equally many. */
export function slotsPerRank(batchSize: number, { size }: Place): number {
  if (batchSize % size === 0) return batchSize / size;
  throw new RangeError(
    `Trainer: a batch of ${batchSize} cannot be shared by ${size} ranks, expected a multiple of ${size}`,
  );
}
