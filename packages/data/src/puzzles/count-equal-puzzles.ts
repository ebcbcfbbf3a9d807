import { expectFunction, expectIterable, expectOptions } from '@hrm/files/internal';
import type { PuzzleSequence } from './puzzle-sequence';

/** A 53-bit hash ("cyrb53" by bryc, a variant of MurmurHash2). */
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

/** Whether a sorted array includes a number, by binary search. */
function sortedIncludes(sorted: Float64Array, wanted: number): boolean {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle]! < wanted) from = middle + 1;
    else to = middle;
  }
  return sorted[from] === wanted;
}

/**
 * Counts the puzzles that have an equal among other puzzles, for example held-out puzzles that also occur in training.
 *
 * Compares hashes of 8 bytes. With a million puzzles on both sides, the chance that a hash collision counts a puzzle
 * too many is one in ten thousand.
 *
 * @param options `puzzles`: the puzzles to count; `among`: the puzzles to compare with; `classOf`: returns the same
 *   text for all equal puzzles, such as `sudokuClass` of a Sudoku's question (@hrm/data-sudoku-maze).
 *
 * @example
 * ```ts
 * import { countEqualPuzzles } from '@hrm/data';
 *
 * // Sums are equal if they add the same numbers, in any order.
 * const classOf = (sum: string) => sum.split('+').sort().join('+');
 * console.log(countEqualPuzzles({ puzzles: ['1+2', '3+4'], among: ['2+1', '5+6', '4+4'], classOf })); // 1
 * ```
 */
export function countEqualPuzzles<Puzzle>(options: {
  puzzles: PuzzleSequence<Puzzle>;
  among: PuzzleSequence<Puzzle>;
  classOf: (puzzle: Puzzle) => string;
}): number {
  expectOptions('countEqualPuzzles', options, ['puzzles', 'among', 'classOf']);
  const { puzzles, among, classOf } = options;
  expectIterable('countEqualPuzzles: puzzles', puzzles);
  expectIterable('countEqualPuzzles: among', among);
  expectFunction('countEqualPuzzles: classOf', classOf);
  const known = new Float64Array(among.length);
  let index = 0;
  for (const puzzle of among) known[index++] = hashOf(classOf(puzzle));
  known.sort();
  let count = 0;
  for (const puzzle of puzzles) if (sortedIncludes(known, hashOf(classOf(puzzle)))) count++;
  return count;
}
