import { expectPuzzles } from '@hrm/act/internal';
import { evaluationBatches, IGNORED_LABEL, type PuzzleDataset, type Task } from '@hrm/data';
import type { RecursiveReasoner } from '@hrm/models';
import type { IsRight } from './thinking-row';

/** A puzzle as models take it. */
export interface HeldOutPuzzle {
  inputs: Int32Array;
  puzzleIdentifier: number;
}

/** The first puzzles of a data set, and what is right for each: what the task verifies, else the label. */
export function heldOutPuzzles(
  dataset: PuzzleDataset,
  model: RecursiveReasoner,
  task: Task,
  most: number,
): { puzzles: HeldOutPuzzle[]; isRight: IsRight } {
  const puzzles: (HeldOutPuzzle & { labels: Int32Array })[] = [];
  for (const batch of evaluationBatches(dataset, { batchSize: 64 })) {
    expectPuzzles('think', model, batch);
    for (let row = 0; row < batch.count && puzzles.length < most; row++) {
      const tokens = (all: Int32Array) => all.slice(row * model.seqLen, (row + 1) * model.seqLen);
      const puzzleIdentifier = batch.puzzleIdentifiers[row]!;
      puzzles.push({ inputs: tokens(batch.inputs), puzzleIdentifier, labels: tokens(batch.labels) });
    }
  }
  const isRight: IsRight = (puzzle, answer) => {
    const { inputs, labels } = puzzles[puzzle]!;
    if (task.verify) return task.verify(inputs, answer).valid;
    return labels.every((label, cell) => label === IGNORED_LABEL || label === answer[cell]);
  };
  return { puzzles: puzzles.map(({ inputs, puzzleIdentifier }) => ({ inputs, puzzleIdentifier })), isRight };
}
