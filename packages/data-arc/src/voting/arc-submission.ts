import { arcGridToRows } from '../grids/arc-grid';
import type { ArcPuzzle } from '../puzzles/arc-puzzle';
import type { ArcVoting } from './arc-voting';

/** The answers to the tests of each puzzle, as Kaggle's ARC Prize wants them. */
export interface ArcSubmission {
  [id: string]: { [attempt: `attempt_${number}`]: number[][] }[];
}

/** The answer to a test without votes, as in Kaggle's sample of a submission. */
const NO_ANSWER = [
  [0, 0],
  [0, 0],
];

/**
 * Makes a submission: for each test the grids with most votes. With fewer grids than attempts, the first one is
 * repeated. A test without votes has `[[0, 0], [0, 0]]`, so that every test has an answer in its place.
 *
 * @param options `attempts`: answers for each test, default 2.
 *
 * @example
 * ```ts
 * import { arcSubmission, arcVoting, encodeArcGrid, parseArcPuzzle } from '@hrm/data-arc';
 *
 * const pair = { input: [[1, 2]], output: [[2, 1]] };
 * const puzzle = parseArcPuzzle({ train: [pair], test: [pair] }, { id: 'a' });
 * const { input, output } = puzzle.test[0]!;
 * const voting = arcVoting();
 * voting.add({ identifier: 'a', input: encodeArcGrid(input), prediction: encodeArcGrid(output!), confidence: 1 });
 * console.log(JSON.stringify(arcSubmission(voting, [puzzle]))); // {"a":[{"attempt_1":[[2,1]],"attempt_2":[[2,1]]}]}
 * ```
 */
export function arcSubmission(
  voting: Pick<ArcVoting, 'candidates'>,
  puzzles: readonly ArcPuzzle[],
  { attempts = 2 }: { attempts?: number } = {},
): ArcSubmission {
  return Object.fromEntries(
    puzzles.map(({ id, test }) => [
      id,
      test.map(({ input }) => {
        const candidates = voting.candidates(id, input);
        const grids = Array.from({ length: attempts }, (_, attempt) => candidates[attempt] ?? candidates[0]);
        return Object.fromEntries(
          grids.map((candidate, attempt) => [
            `attempt_${attempt + 1}`,
            candidate ? arcGridToRows(candidate.grid) : NO_ANSWER,
          ]),
        );
      }),
    ]),
  );
}
