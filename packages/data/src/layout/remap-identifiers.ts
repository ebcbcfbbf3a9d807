import { expectIterable, expectOptions } from '@hrm/files/internal';
import { expectPuzzleDataset, type PuzzleDataset, type PuzzleSet } from './puzzle-dataset';

/** The names of puzzle identifiers, on both sides of {@link remapIdentifiers}. */
export interface IdentifierNames {
  /** The name of each identifier of the data set, as in its `identifiers.json`. */
  names: readonly string[];
  /** The name of each identifier that a model has a vector for, in the order of the vectors. */
  known: readonly string[];
}

/** A puzzle identifier that a model has no vector for. */
export interface UnseenIdentifier {
  /** Its number in the data set. */
  identifier: number;
  name: string;
  /** How many examples have it. */
  examples: number;
}

/** The number of each name. @throws RangeError if a name is there twice. */
function numbersOf(known: readonly string[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  known.forEach((name, number) => {
    if (numbers.has(name)) throw new RangeError(`remapIdentifiers: known has the name ${JSON.stringify(name)} twice`);
    numbers.set(name, number);
  });
  return numbers;
}

function expectNames({ metadata }: PuzzleDataset, names: readonly string[]): void {
  if (names.length >= metadata.numPuzzleIdentifiers) return;
  throw new RangeError(
    `remapIdentifiers: names has ${names.length} names, expected one for each of the ` +
      `${metadata.numPuzzleIdentifiers} identifiers of the data set`,
  );
}

/**
 * Lists the identifiers that puzzles of a data set have and a model does not know, compared by name. The blank
 * identifier is always known.
 *
 * @throws RangeError if names are missing or known twice; PuzzleDatasetError if the data set contradicts itself.
 *
 * @example
 * ```ts
 * import { buildDataset, unseenIdentifiers } from '@hrm/data';
 *
 * const dataset = buildDataset([{ input: [1], output: [2] }], { vocabSize: 3, seqLen: 1 });
 * dataset.metadata.numPuzzleIdentifiers = 2;
 * dataset.sets['all']!.puzzleIdentifiers[0] = 1;
 * const unseen = unseenIdentifiers(dataset, { names: ['<blank>', 'add 2'], known: ['<blank>', 'add 1'] });
 * console.log(unseen); // [ { identifier: 1, name: 'add 2', examples: 1 } ]
 * ```
 */
export function unseenIdentifiers(dataset: PuzzleDataset, options: IdentifierNames): UnseenIdentifier[] {
  expectOptions('unseenIdentifiers', options, ['names', 'known']);
  const { names, known } = options;
  expectIterable('unseenIdentifiers: names', names);
  expectIterable('unseenIdentifiers: known', known);
  expectPuzzleDataset(dataset);
  expectNames(dataset, names);
  const numbers = numbersOf(known);
  const { blankIdentifierId, sets } = dataset.metadata;
  const examples = new Map<number, number>();
  for (const set of sets) {
    const { puzzleIdentifiers, puzzleIndices } = dataset.sets[set]!;
    puzzleIdentifiers.forEach((identifier, puzzle) => {
      if (identifier === blankIdentifierId || numbers.has(names[identifier]!)) return;
      const count = puzzleIndices[puzzle + 1]! - puzzleIndices[puzzle]!;
      examples.set(identifier, (examples.get(identifier) ?? 0) + count);
    });
  }
  return [...examples]
    .sort(([a], [b]) => a - b)
    .map(([identifier, count]) => ({ identifier, name: names[identifier]!, examples: count }));
}

/** The first names of a list, quoted. */
const firstNames = (unseen: readonly UnseenIdentifier[]) =>
  unseen
    .slice(0, 5)
    .map(({ name }) => JSON.stringify(name))
    .join(', ') + (unseen.length > 5 ? ' and more' : '');

/**
 * Renumbers the puzzle identifiers of a data set by name, so that each puzzle gets the vector that a model has for it,
 * whatever the order of the two lists. The blank identifier becomes 0, as in models. Arrays of tokens are shared.
 *
 * @param options `unseen`: what becomes of identifiers that the model does not know. `'error'`, the default, throws;
 *   `'blank'` turns them into the blank one, whose vector the model learned for no puzzle.
 * @throws RangeError that names unseen identifiers, or if names are missing or known twice; PuzzleDatasetError if the
 *   data set contradicts itself.
 *
 * @example
 * ```ts
 * import { buildDataset, remapIdentifiers } from '@hrm/data';
 *
 * const dataset = buildDataset([{ input: [1], output: [2] }], { vocabSize: 3, seqLen: 1 });
 * dataset.metadata.numPuzzleIdentifiers = 2;
 * dataset.sets['all']!.puzzleIdentifiers[0] = 1;
 * const names = ['<blank>', 'add 1'];
 * const remapped = remapIdentifiers(dataset, { names, known: ['<blank>', 'add 3', 'add 2', 'add 1'] });
 * console.log(remapped.sets['all']!.puzzleIdentifiers); // [ 3 ]
 * ```
 */
export function remapIdentifiers(
  dataset: PuzzleDataset,
  options: IdentifierNames & { unseen?: 'error' | 'blank' },
): PuzzleDataset {
  expectOptions('remapIdentifiers', options, ['names', 'known', 'unseen']);
  const { names, known, unseen = 'error' } = options;
  if (unseen !== 'error' && unseen !== 'blank') {
    throw new RangeError(`remapIdentifiers: unseen is ${JSON.stringify(unseen)}, expected "error" or "blank"`);
  }
  const missing = unseenIdentifiers(dataset, { names, known });
  if (unseen === 'error' && missing.length > 0) {
    throw new RangeError(
      `remapIdentifiers: ${missing.length} identifiers of these puzzles are not known: ${firstNames(missing)}; ` +
        "learn vectors for them, or give unseen: 'blank' to use the blank vector",
    );
  }
  const numbers = numbersOf(known);
  const { metadata } = dataset;
  const renumbered = ({ puzzleIdentifiers, ...rest }: PuzzleSet): PuzzleSet => ({
    ...rest,
    puzzleIdentifiers: puzzleIdentifiers.map((identifier) =>
      identifier === metadata.blankIdentifierId ? 0 : (numbers.get(names[identifier]!) ?? 0),
    ),
  });
  return {
    metadata: { ...metadata, blankIdentifierId: 0, numPuzzleIdentifiers: Math.max(1, known.length) },
    sets: Object.fromEntries(metadata.sets.map((name) => [name, renumbered(dataset.sets[name]!)])),
  };
}
