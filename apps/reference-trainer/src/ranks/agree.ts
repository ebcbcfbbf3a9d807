import { gatherJson, type Communicator } from '@hrm/distributed';

/** The value of the first rank that has one, on all ranks. Such as a signal, which ranks get at different times. */
export async function firstOfRanks<T>(
  communicator: Communicator | undefined,
  own: T | undefined,
): Promise<T | undefined> {
  if (!communicator) return own;
  const values = await gatherJson(communicator, own ?? null);
  return (values.find((value) => value !== null) as T | undefined) ?? undefined;
}

/** Whether this process writes the files of a run and prints: it is alone, or rank 0. */
export const isFirstRank = (communicator: Communicator | undefined): boolean => (communicator?.rank ?? 0) === 0;
