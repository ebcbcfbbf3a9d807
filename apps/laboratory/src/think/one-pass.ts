import type { Puzzle, Solver } from '@hrm/models';
import { mean, type IsRight, type ThinkingRow } from './thinking-row';

/** 1, 2, 4, 8 and so on up to `most`, and `most` itself. */
export const doublings = (most: number): number[] =>
  Array.from({ length: Math.ceil(Math.log2(most)) }, (_, i) => 2 ** i).concat(most);

/**
 * Measures one pass of different numbers of segments: its last answer, and, if answers can be verified, the first that
 * is.
 */
export async function measureOnePass(
  solver: Solver,
  puzzles: readonly Puzzle[],
  { segments, isRight, verifies }: { segments: number; isRight: IsRight; verifies: boolean },
): Promise<ThinkingRow[]> {
  const right: boolean[][] = [];
  for await (const { history } of solver.solveAll(puzzles, { segments })) {
    const puzzle = right.length;
    right.push(history.map(({ answer }) => isRight(puzzle, answer)));
  }
  const rowOf = (strategy: string, most: number, solved: number[], modelCalls: number): ThinkingRow => ({
    strategy,
    isControl: false,
    tries: 1,
    segments: most,
    puzzles: puzzles.length,
    solved: mean(solved),
    modelCalls,
  });
  const counts = doublings(segments);
  const last = counts.map((most) => rowOf('one pass', most, right.map((each) => Number(each[most - 1])), most)); // prettier-ignore
  if (!verifies) return last;
  const first = counts.map((most) => {
    const found = right.map((each) => each.slice(0, most).indexOf(true));
    const calls = mean(found.map((index) => (index < 0 ? most : index + 1)));
    return rowOf('one pass, to the first verified answer', most, found.map((index) => Number(index >= 0)), calls); // prettier-ignore
  });
  return [...last, ...first];
}
