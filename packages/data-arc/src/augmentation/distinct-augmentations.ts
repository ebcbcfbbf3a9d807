import type { SeededRandom } from '@hrm/data';
import type { ArcGrid } from '../grids/arc-grid';
import type { ArcPuzzle } from '../puzzles/arc-puzzle';
import { type ArcAugmentation, arcGridAugmenter, randomArcAugmentation, UNCHANGED } from './arc-augmentation';

/** How many random augmentations are tried for each that is wanted (`ARCAugmentRetriesFactor` of the official code). */
const TRIES = 5;

/** A 53-bit hash of grids in order ("cyrb53" by bryc, a variant of MurmurHash2). */
function hashOf(grids: readonly (ArcGrid | undefined)[]): number {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (const grid of grids) {
    const { width = 0, height = 0, cells = [] } = grid ?? {};
    for (let index = -2; index < cells.length; index++) {
      const value = index >= 0 ? cells[index]! : index === -1 ? height : width;
      a = Math.imul(a ^ value, 2654435761);
      b = Math.imul(b ^ value, 1597334677);
    }
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 2 ** 32 * (b & 0x1fffff) + (a >>> 0);
}

/**
 * Returns the first augmentations that make a new puzzle: none makes the puzzle itself, and no two make the same. Two
 * puzzles are the same if they have the same pairs, in any order. Pairs are compared by a hash of 53 bits. Source:
 * `convert_single_arc_puzzle` of the official dataset/build_arc_dataset.py.
 *
 * @param candidates tried in order, until `count` are found.
 *
 * @example
 * ```ts
 * import { distinctAugmentations, parseArcIdentifier, parseArcPuzzle } from '@hrm/data-arc';
 *
 * const puzzle = parseArcPuzzle({ train: [{ input: [[1]], output: [[2]] }], test: [{ input: [[3]] }] }, { id: 'a' });
 * const candidates = ['a|||t1|||0123456789', 'a|||t0|||0213456789'].map((name) => parseArcIdentifier(name).augmentation);
 * console.log(distinctAugmentations(puzzle, candidates, 2).length); // 1: turning a grid of 1x1 changes nothing
 * ```
 */
export function distinctAugmentations(
  puzzle: ArcPuzzle,
  candidates: Iterable<ArcAugmentation>,
  count: number,
): ArcAugmentation[] {
  const augmenters = [...puzzle.train, ...puzzle.test].map(({ input, output }) =>
    [input, output].map((grid) => grid && arcGridAugmenter(grid)),
  );
  const keyOf = (augmentation: ArcAugmentation) =>
    augmenters
      .map((pair) => hashOf(pair.map((augment) => augment?.(augmentation))))
      .sort((a, b) => a - b)
      .join();
  const seen = new Set([keyOf(UNCHANGED)]);
  const distinct: ArcAugmentation[] = [];
  for (const candidate of candidates) {
    if (distinct.length >= count) break;
    const key = keyOf(candidate);
    if (seen.has(key)) continue;
    seen.add(key);
    distinct.push(candidate);
  }
  return distinct;
}

/**
 * Draws `count` augmentations of a puzzle that make different puzzles. Gives up after 5 * count tries, as the official
 * code does, so a puzzle with many symmetries has fewer.
 *
 * @example
 * ```ts
 * import { SeededRandom } from '@hrm/data';
 * import { drawArcAugmentations, parseArcPuzzle } from '@hrm/data-arc';
 *
 * const puzzle = parseArcPuzzle({ train: [{ input: [[0]], output: [[0]] }], test: [{ input: [[0]] }] }, { id: 'a' });
 * console.log(drawArcAugmentations(puzzle, 10, new SeededRandom(0)).length); // 0: nothing changes this puzzle
 * ```
 */
export function drawArcAugmentations(puzzle: ArcPuzzle, count: number, random: SeededRandom): ArcAugmentation[] {
  const candidates = function* () {
    for (let tried = 0; tried < TRIES * count; tried++) yield randomArcAugmentation(random);
  };
  return distinctAugmentations(puzzle, candidates(), count);
}
