import type { AnswerMeans } from '@hrm/act';
import { evaluationBatches, type Task, trainingBatches } from '@hrm/data';
import type { Compile } from '@hrm/layers';
import { evaluate, type Trainer } from '@hrm/trainer';
import {
  buildRunModel,
  buildTrainer,
  countPuzzles,
  type RunCatalog,
  type RunConfig,
  type RunPuzzles,
  sum,
  summarize,
  totalStepsOf,
} from '@hrm/cli/internal';
import type { CellFigures, CellOutcome } from './cell-result';

const mean = (values: readonly number[]) => sum(values) / values.length;

/** The most puzzles that are evaluated at once. */
const EVALUATED_AT_ONCE = 500;

type HeldOutFigure = 'puzzles' | 'cells' | 'valid' | 'puzzlesHalting' | 'cellsHalting' | 'segmentsHalting';

/** The puzzles of a cell, and their task. */
export interface CellPuzzles {
  task: Task;
  puzzles: RunPuzzles;
}

/** Trains for the steps of the config, and measures it. */
async function trainToEnd(
  trainer: Trainer,
  config: RunConfig,
  { task, puzzles }: CellPuzzles,
  recordingsMade: () => number,
): Promise<Omit<CellFigures, HeldOutFigure>> {
  const { batchSize, seed } = config.training;
  const steps = totalStepsOf(config, puzzles.train.metadata);
  const losses: number[] = [];
  const haltingSteps: number[] = [];
  const stages: number[][] = [];
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  let recordings = recordingsMade();
  for await (const event of trainer.train(
    trainingBatches(puzzles.train, { batchSize, seed, augment: task.augment ?? [] }),
    { maxSteps: steps },
  )) {
    // A step that was just recorded is slower than the others, as is the first.
    const isRecorded = stages.length === 0 || recordingsMade() > recordings;
    recordings = recordingsMade();
    if (isRecorded) stages.push([]);
    else stages.at(-1)!.push(event.seconds);
    losses.push(event.metrics['tokenLoss']!);
    event.haltingSteps.forEach((count, i) => (haltingSteps[i] = (haltingSteps[i] ?? 0) + count));
  }
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const timed = stages.filter((stage) => stage.length > 0);
  const tenth = Math.max(1, Math.floor(steps / 10));
  return {
    trainingSegments: sum(haltingSteps.map((count, i) => count * (i + 1))) / Math.max(1, sum(haltingSteps)),
    seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    stepMilliseconds:
      (1000 * sum(timed.map((stage) => stage.length * summarize(stage).median))) / Math.max(1, timed.flat().length),
    firstLoss: mean(losses.slice(0, tenth)),
    lastLoss: mean(losses.slice(-tenth)),
  };
}

/** Evaluates all held-out puzzles with the averaged weights: over all segments, and until each halts. */
async function evaluateHeldOut(
  trainer: Trainer,
  { task: { verify }, puzzles: { test } }: CellPuzzles,
): Promise<{ whole: AnswerMeans & { valid?: number }; halting: AnswerMeans }> {
  const batches = () => evaluationBatches(test, { batchSize: Math.min(EVALUATED_AT_ONCE, countPuzzles(test)) });
  // Not compiled, because compiling takes longer than one batch.
  const { tokenLoss, network } = trainer;
  const { halted: halting, ...whole } = await trainer.withAveragedWeights(() =>
    evaluate(network, batches(), { tokenLoss, verify }),
  );
  return { whole, halting };
}

/** Trains the model of a config and measures it. A failure is a result too. */
export async function trainCell(
  config: RunConfig,
  { task, puzzles }: CellPuzzles,
  { compile, parts }: { compile: Compile; parts?: RunCatalog | undefined },
): Promise<CellOutcome> {
  let recordings = 0;
  const counting: Compile = (f) => {
    recordings++;
    return compile(f);
  };
  const model = buildRunModel(config, puzzles.train.metadata, parts);
  const totalSteps = totalStepsOf(config, puzzles.train.metadata);
  const trainer = buildTrainer(config, model, { totalSteps, compile: counting, takesParts: false }, parts);
  try {
    const training = await trainToEnd(trainer, config, { task, puzzles }, () => recordings);
    const { whole, halting } = await evaluateHeldOut(trainer, { task, puzzles });
    const figures: CellFigures = {
      puzzles: whole.exactAccuracy,
      cells: whole.accuracy,
      ...(whole.valid !== undefined && { valid: whole.valid }),
      puzzlesHalting: halting.exactAccuracy,
      cellsHalting: halting.accuracy,
      segmentsHalting: halting.meanSegments,
      ...training,
    };
    return { outcome: training.lastLoss < training.firstLoss ? 'trained' : 'not-learned', figures };
  } catch (error) {
    return { outcome: 'failed', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    trainer.dispose();
    model.dispose();
  }
}
