import { arcGridKey } from '../grids/arc-grid';
import type { ArcPuzzle } from '../puzzles/arc-puzzle';
import type { ArcVoting } from './arc-voting';

/** How many tests of a set of puzzles a vote solves. */
export interface ArcScore {
  /**
   * For each K, the share of the tests for which the right grid is among the K with most votes: the mean over the
   * puzzles, each with the share of its tests. Empty if no output is known.
   */
  passAt: { [K: number]: number };
  /** The puzzles that have a test with a known output. */
  puzzles: number;
  /** The tests that have no votes, of all puzzles. */
  testsWithoutVotes: number;
}

/**
 * Scores a vote, as `ARC.result` of TinyRecursiveModels, evaluators/arc.py, does. Tests without a known output do not
 * count.
 *
 * @param options `passAt`: the numbers of attempts, default 1, 2, 5, 10, 100 and 1000.
 *
 * @example
 * ```ts
 * import { arcVoting, encodeArcGrid, parseArcPuzzle, scoreArcVotes } from '@hrm/data-arc';
 *
 * const pair = { input: [[1, 2]], output: [[2, 1]] };
 * const puzzle = parseArcPuzzle({ train: [pair], test: [pair] }, { id: 'a' });
 * const { input, output } = puzzle.test[0]!;
 * const voting = arcVoting();
 * voting.add({ identifier: 'a', input: encodeArcGrid(input), prediction: encodeArcGrid(output!), confidence: 1 });
 * console.log(scoreArcVotes(voting, [puzzle], { passAt: [1] }).passAt[1]); // 1
 * ```
 */
export function scoreArcVotes(
  voting: Pick<ArcVoting, 'candidates'>,
  puzzles: readonly ArcPuzzle[],
  { passAt = [1, 2, 5, 10, 100, 1000] }: { passAt?: readonly number[] } = {},
): ArcScore {
  const sums = new Map(passAt.map((attempts) => [attempts, 0]));
  let [scored, testsWithoutVotes] = [0, 0];
  for (const { id, test } of puzzles) {
    /** Places of the right grids among the candidates, from 1; Infinity where it is not among them. */
    const places: number[] = [];
    for (const { input, output } of test) {
      const candidates = voting.candidates(id, input);
      if (candidates.length === 0) testsWithoutVotes++;
      if (!output) continue;
      const right = arcGridKey(output);
      places.push(1 + candidates.findIndex(({ grid }) => arcGridKey(grid) === right) || Infinity);
    }
    if (places.length === 0) continue;
    scored++;
    for (const [attempts, sum] of sums) {
      sums.set(attempts, sum + places.filter((place) => place <= attempts).length / places.length);
    }
  }
  const shares = scored === 0 ? [] : Array.from(sums, ([attempts, sum]) => [attempts, sum / scored]);
  return { passAt: Object.fromEntries(shares) as ArcScore['passAt'], puzzles: scored, testsWithoutVotes };
}
