import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { remapIdentifiers, unseenIdentifiers, type PuzzleDataset, type UnseenIdentifier } from '@hrm/data';
import { readIdentifiers } from '@hrm/data/files';
import { replaceFile } from '@hrm/files/node';
import { UsageError } from '../../command-line/usage-error';
import { nearestName } from '../../config/section';

/** A name in quotes, with no more than its first 80 characters. */
const shortened = (name: string) => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name);

/** The puzzle identifiers of a data set, or those that a model has vectors for. */
export interface Identifiers {
  count: number;
  /** Their names, in order; undefined if they have none. */
  names: readonly string[] | undefined;
}

/**
 * Reads names of puzzle identifiers from a folder; undefined if there are fewer than `count`.
 *
 * @throws UsageError if two are equal; Error of the file system or of the format.
 */
export async function identifierNames(folder: string | undefined, count: number): Promise<string[] | undefined> {
  if (folder === undefined || !existsSync(join(folder, 'identifiers.json'))) return undefined;
  const names = (await readIdentifiers(folder)).slice(0, count);
  if (names.length < count) return undefined;
  const known = new Set<string>();
  for (const name of names) {
    if (known.has(name)) {
      const problem = `the name ${shortened(name)} occurs twice; expected another name for each identifier`;
      throw new UsageError(`${join(folder, 'identifiers.json')}: ${problem}`);
    }
    known.add(name);
  }
  return names;
}

/** Writes the names of a model's vectors into the folder of its run, so that other data can be compared by name. */
export async function writeIdentifierNames(run: string, { names, count }: Identifiers): Promise<void> {
  if (names === undefined || count === 1) return;
  await replaceFile(join(run, 'identifiers.json'), new TextEncoder().encode(JSON.stringify(names)));
}

/** Names on both sides; numbers in place of names if either side has none. */
function comparable(data: Identifiers, known: Identifiers) {
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => String(number));
  return data.names && known.names
    ? { names: data.names, known: known.names }
    : { names: numbers(data.count), known: numbers(known.count) };
}

/** A data set with the identifiers of a model. */
export interface FittedPuzzles {
  /** Unseen identifiers are the blank one. */
  puzzles: PuzzleDataset;
  /** The names of its identifiers, if they were renumbered by name; else they are those of the data set. */
  names?: readonly string[] | undefined;
  /** The identifiers of its puzzles that the model has no vector for. */
  unseen: readonly UnseenIdentifier[];
}

/**
 * Renumbers a data set's puzzle identifiers to those that a model has vectors for, by name.
 *
 * @param names those of the data set, if it has some.
 * @param known those that the model has vectors for.
 */
export function fitIdentifiers(
  puzzles: PuzzleDataset,
  names: readonly string[] | undefined,
  known: Identifiers,
): FittedPuzzles {
  const both = comparable({ names, count: puzzles.metadata.numPuzzleIdentifiers }, known);
  if (isDeepStrictEqual(both.names, both.known)) return { puzzles, unseen: [] };
  return {
    puzzles: remapIdentifiers(puzzles, { ...both, unseen: 'blank' }),
    names: names && known.names,
    unseen: unseenIdentifiers(puzzles, both),
  };
}

/** The number of the identifier that is named on the command line. @throws UsageError if there is no vector for it. */
export function expectIdentifier(name: string | undefined, known: Identifiers | undefined): number {
  if (name === undefined) return 0;
  if (!known) throw new UsageError(`--identifier: this run's model has no puzzle embedding; leave the option out`);
  if (known.names?.includes(name)) return known.names.indexOf(name);
  if (known.names === undefined && /^\d+$/.test(name) && Number(name) < known.count) return Number(name);
  throw new UsageError(
    `--identifier: the run's model has no vector for ${JSON.stringify(name)}; ${knownIdentifiers(name, known)}`,
  );
}

/** What to give instead of a name that a model does not know. */
function knownIdentifiers(name: string, { names, count }: Identifiers): string {
  if (names === undefined) return `expected a number from 0 to ${count - 1}`;
  const nearest = nearestName(name, names);
  if (nearest !== undefined) return `did you mean ${JSON.stringify(nearest)}?`;
  const first = names.slice(0, 5).map((each) => JSON.stringify(each));
  return `it knows ${first.join(', ')}${count > 5 ? ` and ${count - 5} more` : ''}`;
}

/** Such as `3 puzzle identifiers: "add 7", "add 8", "add 9"`. */
export function describeUnseen(unseen: readonly UnseenIdentifier[]): string {
  const shown = unseen.slice(0, 5).map(({ name }) => shortened(name));
  const more = unseen.length > shown.length ? ` and ${unseen.length - shown.length} more` : '';
  return `${unseen.length} puzzle identifier${unseen.length === 1 ? '' : 's'}: ${shown.join(', ')}${more}`;
}
