import type { Communicator } from '@hrm/distributed';
import { UsageError } from '../command-line/usage-error';
import type { RunConfig } from '../config/run-config';

/** Makes sure that the ranks can share a batch equally. @throws UsageError */
export function expectShares(
  { training: { batchSize, microBatch } }: Pick<RunConfig, 'training'>,
  { size = 1 }: Partial<Communicator> = {},
): void {
  if (batchSize % size !== 0) {
    throw new UsageError(
      `training.batchSize: ${size} ranks cannot share a batch of ${batchSize} equally; make it a multiple of ${size}`,
    );
  }
  const share = batchSize / size;
  if (typeof microBatch === 'number' && share % microBatch !== 0) {
    throw new UsageError(
      `training.microBatch: ${microBatch} does not divide the ${share} of a batch of ${batchSize} that each of ${size} ` +
        'ranks has',
    );
  }
}
