import { evaluationBatches, type PuzzleDataset, type Task } from '@hrm/data';
import type { Compile } from '@hrm/layers';
import { type RecursiveReasoner, type SegmentResult, Solver } from '@hrm/models';

/** A held-out puzzle, and the model's answer after each segment. */
export interface SolvedPuzzle {
  /** Its place in the held-out set, from 0. */
  index: number;
  question: Int32Array;
  /** Tokens of the right answer; negative where none is known. */
  labels: Int32Array;
  history: readonly SegmentResult[];
  /** Whether the answer after each segment is right; empty if the right answer is not known. */
  isRight: readonly boolean[];
}

/** How much {@link solveHeldOut} does. It stops at the first limit, but solves at least one batch. */
export interface ExaminationLimits {
  puzzles: number;
  seconds: number;
}

/** Puzzles solved at once. */
const BATCH = 32;

/** Whether an answer has all labels, or is another one that the task accepts; undefined if neither is known. */
function judge(
  task: Task,
  { question, labels }: Pick<SolvedPuzzle, 'question' | 'labels'>,
  answer: Int32Array,
): boolean | undefined {
  const hasLabels = labels.some((label) => label >= 0);
  if (hasLabels && labels.every((label, i) => label < 0 || label === answer[i])) return true;
  return task.verify ? task.verify(question, answer).valid : hasLabels ? false : undefined;
}

/** Solves the first held-out puzzles, all segments of each. */
export async function solveHeldOut(
  model: RecursiveReasoner,
  task: Task,
  dataset: PuzzleDataset,
  { puzzles, seconds, compile }: ExaminationLimits & { compile: Compile },
): Promise<SolvedPuzzle[]> {
  const solver = new Solver(model, { compile });
  const started = performance.now();
  const solved: SolvedPuzzle[] = [];
  try {
    for (const batch of evaluationBatches(dataset, { batchSize: Math.min(BATCH, puzzles) })) {
      const { seqLen, batchSize } = batch;
      const row = (tokens: Int32Array, place: number) => tokens.slice(place * seqLen, (place + 1) * seqLen);
      const questions = Array.from({ length: batchSize }, (_, place) => ({
        inputs: row(batch.inputs, place),
        puzzleIdentifier: batch.puzzleIdentifiers[place]!,
      }));
      let place = 0;
      // All rows, padding too: another size of batch would be compiled anew.
      for await (const { history } of solver.solveAll(questions, { batchSize, bucketSizes: [] })) {
        if (place >= batch.count || solved.length >= puzzles) break;
        const puzzle = { question: row(batch.inputs, place), labels: row(batch.labels, place++) };
        const right = history.map(({ answer }) => judge(task, puzzle, answer));
        const isRight = right.filter((known) => known !== undefined);
        solved.push({ index: solved.length, ...puzzle, history, isRight });
      }
      if (solved.length >= puzzles || (performance.now() - started) / 1000 > seconds) break;
    }
    return solved;
  } finally {
    solver.dispose();
  }
}
