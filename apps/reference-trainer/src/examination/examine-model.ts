import { puzzleTensors } from '@hrm/act';
import { haltingProbability } from '@hrm/act/internal';
import { evaluationBatches, type PuzzleDataset, type Task } from '@hrm/data';
import type { Compile } from '@hrm/layers';
import type { RecursiveReasoner } from '@hrm/models';
import { measureResiduals } from '@hrm/recursion';
import type { ExaminedPuzzle, Examination } from '@hrm/ui/run-record';
import { countPuzzles } from '../run/puzzles/run-puzzles';
import { calibrate } from './calibration';
import { pictureOfAnswer, pictureOfQuestion } from './picture-of';
import { solveHeldOut, type ExaminationLimits, type SolvedPuzzle } from './solve-held-out';

/** Puzzles that are shown. */
const SHOWN = 12;
/** Puzzles whose residuals are measured. */
const MEASURED = 8;

/** What {@link examineModel} needs. */
export interface ExaminedModel {
  model: RecursiveReasoner;
  task: Task;
  heldOut: PuzzleDataset;
  compile: Compile;
  limits: ExaminationLimits;
}

const rounded = (value: number) => Number(value.toPrecision(4));

/** Solves held-out puzzles, and finds when they halt, how far the latents move, and what the halting value is worth. */
export async function examineModel({
  model,
  task,
  heldOut,
  compile,
  limits,
}: ExaminedModel): Promise<Omit<Examination, 'step' | 'checkpoint'>> {
  const solved = await solveHeldOut(model, task, heldOut, { ...limits, compile });
  const { maxSegments, rightLogit } = model.halting;
  const segments = Array.from({ length: maxSegments }, (_, segment) => segment);
  const judged = solved.filter(({ isRight }) => isRight.length > 0);
  const predicted = (puzzle: SolvedPuzzle, segment: number) => {
    const logit = rightLogit === undefined ? undefined : puzzle.history[segment]!.haltLogits[rightLogit];
    return logit === undefined ? undefined : haltingProbability(logit);
  };
  const halted = solved.map(haltedAfter);
  const predictions = judged.flatMap((puzzle) =>
    puzzle.isRight.flatMap((isRight, segment) => {
      const value = predicted(puzzle, segment);
      return value === undefined ? [] : [{ predicted: value, isRight }];
    }),
  );
  const examined = (puzzle: SolvedPuzzle): ExaminedPuzzle => ({
    index: puzzle.index,
    question: pictureOfQuestion(task, puzzle.question),
    answer: puzzle.labels.some((label) => label >= 0)
      ? pictureOfAnswer(
          task,
          puzzle.question,
          puzzle.labels.map((label) => Math.max(0, label)),
        )
      : undefined,
    segments: puzzle.history.map(({ answer }, segment) => {
      const value = predicted(puzzle, segment);
      return {
        picture: pictureOfAnswer(task, puzzle.question, answer),
        isRight: puzzle.isRight[segment],
        predicted: value === undefined ? undefined : rounded(value),
      };
    }),
    haltedAfter: haltedAfter(puzzle),
  });
  return {
    puzzles: solved.length,
    puzzlesOfRun: countPuzzles(heldOut),
    solved: judged.length === 0 ? [] : segments.map((at) => shareOf(judged, ({ isRight }) => isRight[at]!)),
    halting: segments.map((at) => halted.filter((after) => after === at + 1).length),
    residuals: await residualsOf(model, heldOut),
    calibration: calibrate(predictions),
    shown: hardestFirst(solved).slice(0, SHOWN).map(examined),
  };
}

const shareOf = <T>(all: readonly T[], holds: (one: T) => boolean) => all.filter(holds).length / all.length;

/** The segment after which the controller halts a puzzle. */
const haltedAfter = ({ history }: SolvedPuzzle) => history.find(({ halted }) => halted)?.segment;

/** Those that were not solved come first, then those that were solved last. */
function hardestFirst(solved: readonly SolvedPuzzle[]): SolvedPuzzle[] {
  const rightFrom = ({ isRight }: SolvedPuzzle) => isRight.lastIndexOf(false) + 1;
  return [...solved].sort((a, b) => rightFrom(b) - rightFrom(a) || a.index - b.index);
}

/** How far each segment moves the latents, on a few puzzles. */
async function residualsOf(model: RecursiveReasoner, heldOut: PuzzleDataset): Promise<Examination['residuals']> {
  const puzzles = Math.min(MEASURED, countPuzzles(heldOut));
  const [batch] = evaluationBatches(heldOut, { batchSize: puzzles });
  const tensors = puzzleTensors(batch!);
  try {
    const options = { segments: model.halting.maxSegments, spectralIterations: 0 };
    const { segments } = await measureResiduals(model, tensors, options);
    return {
      puzzles,
      zL: segments.map(({ zL }) => rounded(zL.mean)),
      zH: segments.map(({ zH }) => rounded(zH.mean)),
    };
  } finally {
    Object.values(tensors).forEach((tensor) => tensor.dispose());
  }
}
