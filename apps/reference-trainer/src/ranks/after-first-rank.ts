import { setTimeout } from 'node:timers/promises';
import { launchedRanks } from '@hrm/distributed/mpi';

/** Other ranks report a failure so much later than rank 0, whose failure ends them: one that all have is reported once. */
const LATER_MILLISECONDS = 3000;

/** Lets rank 0 report a failure first. Returns at once on rank 0, and in a process that was started alone. */
export async function afterFirstRank(): Promise<void> {
  if ((launchedRanks()?.rank ?? 0) > 0) await setTimeout(LATER_MILLISECONDS);
}
