import type { RecursiveReasoner, SolveOptions, Solver, Until } from '@hrm/models';
import { fittingBatch } from '../run/building/fitting-batch';
import { judgeAnswer, type JudgedAnswer } from './judge-answer';
import type { ShownPuzzle } from './show-puzzle';

/** The most puzzles, and the most cells, in a batch. */
const BATCH_SIZE = 64;
const BATCH_CELLS = 60_000;

/** The most puzzles that a model solves side by side. */
export const batchSizeOf = (model: RecursiveReasoner): number =>
  Math.min(BATCH_SIZE, Math.ceil(BATCH_CELLS / model.seqLen), fittingBatch(model));

/** How long one pass over a puzzle is, and what the model is given. */
export interface PassOptions extends Pick<SolveOptions, 'segments'> {
  until: 'verified' | 'halted' | 'end';
  /** The number of the puzzle's identifier. */
  identifier: number;
}

/** When the pass over puzzles stops. One that cannot be verified runs all segments. */
export const stopOf =
  (puzzles: readonly ShownPuzzle[]): Until =>
  ({ answer }, { index }) =>
    puzzles[index]!.verify(answer)?.valid === true;

/** The answer of one pass, and what it cost. */
export interface PassAnswer extends JudgedAnswer {
  tries: 1;
  modelCalls: number;
}

/** Solves puzzles in one pass each. @param options `batchSize`: the most puzzles side by side. */
export async function* passOverEach(
  solver: Solver,
  puzzles: readonly ShownPuzzle[],
  { identifier, until, batchSize: most, ...length }: PassOptions & { batchSize: number },
): AsyncGenerator<PassAnswer, void, undefined> {
  const given = puzzles.map(({ tokens }) => ({ inputs: tokens, puzzleIdentifier: identifier }));
  const batchSize = Math.min(most, Math.max(1, given.length));
  let index = 0;
  const options = { ...length, until: until === 'verified' ? stopOf(puzzles) : until, batchSize };
  for await (const { history } of solver.solveAll(given, options)) {
    const judged = judgeAnswer(puzzles[index++]!, history);
    yield { ...judged, tries: 1, modelCalls: judged.segments };
  }
}
