import { SeededRandom } from '@hrm/data';
import { formatArcIdentifier } from '../augmentation/arc-identifier';
import { drawArcAugmentations } from '../augmentation/distinct-augmentations';
import type { ArcPair, ArcPuzzle } from '../puzzles/arc-puzzle';

/** What a data set of ARC is built from. */
export interface ArcDatasetOptions {
  /** Puzzles to train on: their demonstrations, and their tests where the outputs are known. */
  train: readonly ArcPuzzle[];
  /** Puzzles to evaluate on, at least one. Their demonstrations are trained on, their tests are held out. */
  test: readonly ArcPuzzle[];
  /** Augmented copies of each puzzle. Default 1000, as in the official code. */
  augmentations?: number;
  /** Seed of the augmentations and translations. Default 0. */
  seed?: number;
  /** Chooses the augmentations of a puzzle, at most `augmentations`. Default {@link drawArcAugmentations}. */
  chooseAugmentations?: typeof drawArcAugmentations;
  /** Called after each puzzle, for progress. */
  onPuzzle?: ((planned: { puzzles: number; total: number }) => void) | undefined;
}

/** A puzzle and its augmented copies, in one split. */
export interface ArcGroup {
  readonly pairs: readonly ArcPair[];
  /** The index of its identifier in {@link ArcPlan.identifiers}. Those of the copies follow it. */
  readonly firstIdentifier: number;
  /** Number of puzzles: 1 and the augmented copies. */
  readonly copies: number;
}

/** All that a data set of ARC consists of, but for its tokens: these are written from it puzzle by puzzle. */
export interface ArcPlan {
  /** Names of the puzzle identifiers; the first is `<blank>`. They say how each copy is augmented. */
  readonly identifiers: readonly string[];
  readonly train: readonly ArcGroup[];
  readonly test: readonly ArcGroup[];
  readonly seed: number;
}

/**
 * Chooses the augmentations of a data set of ARC, as the official dataset/build_arc_dataset.py does.
 *
 * @throws RangeError if a puzzle appears twice, there is none to test on, or a number is out of range.
 */
export function planArcDataset({
  train,
  test,
  augmentations = 1000,
  seed = 0,
  chooseAugmentations = drawArcAugmentations,
  onPuzzle,
}: ArcDatasetOptions): ArcPlan {
  if (!Number.isSafeInteger(augmentations) || augmentations < 0) {
    throw new RangeError(`augmentations is ${augmentations}, expected a whole number of at least 0`);
  }
  if (test.length === 0) throw new RangeError('there are no tasks to test on, expected at least one');
  expectDifferent(train, test);
  const identifiers = ['<blank>'];
  const splits: { train: ArcGroup[]; test: ArcGroup[] } = { train: [], test: [] };
  const isKnown = ({ output }: ArcPair) => output !== undefined;
  [...train, ...test].forEach((puzzle, index, { length: total }) => {
    // A stream of its own, so that a puzzle's copies do not depend on the puzzles before it.
    const drawn = chooseAugmentations(puzzle, augmentations, new SeededRandom(seed, 0, index));
    const group = { firstIdentifier: identifiers.length, copies: 1 + drawn.length };
    identifiers.push(puzzle.id);
    for (const augmentation of drawn) identifiers.push(formatArcIdentifier(puzzle.id, augmentation));
    const isTest = index >= train.length;
    const trained = isTest ? puzzle.train : [...puzzle.train, ...puzzle.test.filter(isKnown)];
    splits.train.push({ ...group, pairs: trained });
    if (isTest) splits.test.push({ ...group, pairs: puzzle.test });
    onPuzzle?.({ puzzles: index + 1, total });
  });
  return { identifiers, seed, ...splits };
}

function expectDifferent(train: readonly ArcPuzzle[], test: readonly ArcPuzzle[]): void {
  const trained = new Set<string>();
  for (const { id } of train) {
    if (trained.has(id)) throw new RangeError(`task ${id} appears twice among the tasks to train on`);
    trained.add(id);
  }
  const tested = new Set<string>();
  for (const { id } of test) {
    if (tested.has(id)) throw new RangeError(`task ${id} appears twice among the tasks to test on`);
    if (trained.has(id)) {
      throw new RangeError(`task ${id} is among the tasks to train on and to test on: its answers would be trained on`);
    }
    tested.add(id);
  }
}
