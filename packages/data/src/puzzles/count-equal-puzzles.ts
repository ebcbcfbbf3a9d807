import type { PuzzleSequence } from './puzzle-sequence';

/** A hash of 53 bits: two of 32, mixed (a form of MurmurHash2 by bryc, "cyrb53"). */
function hashOf(text: string): number {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    a = Math.imul(a ^ character, 2654435761);
    b = Math.imul(b ^ character, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 2 ** 32 * (b & 0x1fffff) + (a >>> 0);
}

/** Whether a sorted list holds a number. */
function holds(sorted: Float64Array, wanted: number): boolean {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle]! < wanted) from = middle + 1;
    else to = middle;
  }
  return sorted[from] === wanted;
}

/**
 * Counts the puzzles of which there is an equal among others: how many held-out puzzles a model has seen in training.
 *
 * Eight bytes are kept for each of the others, a hash of its class. That two classes have one hash, so that a puzzle too
 * many is counted, has a chance of one in ten thousand with a million puzzles on both sides.
 *
 * @param options `puzzles`: those to count; `among`: where to look; `classOf`: one text for all equal ones, such as the
 *   `sudokuClass` of a Sudoku's question (@hrm/data-sudoku-maze).
 *
 * @example
 * ```ts
 * import { countEqualPuzzles } from '@hrm/data';
 *
 * // Sums are equal when they add the same numbers, in whichever order.
 * const classOf = (sum: string) => sum.split('+').sort().join('+');
 * console.log(countEqualPuzzles({ puzzles: ['1+2', '3+4'], among: ['2+1', '5+6', '4+4'], classOf })); // 1
 * ```
 */
export function countEqualPuzzles<Puzzle>(options: {
  puzzles: PuzzleSequence<Puzzle>;
  among: PuzzleSequence<Puzzle>;
  classOf: (puzzle: Puzzle) => string;
}): number {
  const { puzzles, among, classOf } = options;
  const known = new Float64Array(among.length);
  let index = 0;
  for (const puzzle of among) known[index++] = hashOf(classOf(puzzle));
  known.sort();
  let count = 0;
  for (const puzzle of puzzles) if (holds(known, hashOf(classOf(puzzle)))) count++;
  return count;
}
