import { identifierNames, type Identifiers } from '../puzzles/identifier-names';
import type { RunDescription } from './run-folder';

/**
 * The puzzle identifiers that a run's model has vectors for. Their names are in the run's folder; an earlier version of
 * this program left them with the puzzles.
 */
export async function identifiersOfRun(
  run: string,
  { data, puzzles }: Pick<RunDescription, 'data' | 'puzzles'>,
): Promise<Identifiers> {
  const count = puzzles.numPuzzleIdentifiers;
  return { count, names: (await identifierNames(run, count)) ?? (await identifierNames(data, count)) };
}
