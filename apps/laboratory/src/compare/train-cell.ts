import type { AnswerMeans } from '@hrm/act';
import { evaluationBatches, trainingBatches } from '@hrm/data';
import type { Compile } from '@hrm/layers';
import { evaluate, type Trainer } from '@hrm/trainer';
import {
  buildRunModel,
  buildTrainer,
  countPuzzles,
  makeTask,
  type RunConfig,
  type RunPuzzles,
  sum,
  summarize,
  totalStepsOf,
} from '@hrm/reference-trainer/internal';
import type { CellFigures, CellOutcome } from './cell-result';

const mean = (values: readonly number[]) => sum(values) / values.length;

type HeldOutFigure = 'puzzles' | 'cells' | 'puzzlesHalting' | 'cellsHalting' | 'segmentsHalting';

/** Trains for the steps of the config, and measures it. */
async function trainToEnd(
  trainer: Trainer,
  config: RunConfig,
  puzzles: RunPuzzles,
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
    trainingBatches(puzzles.train, { batchSize, seed, augment: makeTask(config).augment ?? [] }),
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

/** Evaluates all held-out puzzles in one batch, with the averaged weights: over all segments, and until each halts. */
async function evaluateHeldOut(
  trainer: Trainer,
  { test }: RunPuzzles,
): Promise<{ whole: AnswerMeans; halting: AnswerMeans }> {
  const batches = () => evaluationBatches(test, { batchSize: countPuzzles(test) });
  // Not compiled, because compiling takes longer than one batch.
  const { tokenLoss, network } = trainer;
  const { halted: halting, ...whole } = await trainer.withAveragedWeights(() =>
    evaluate(network, batches(), { tokenLoss }),
  );
  return { whole, halting };
}

/** Trains the model of a config and measures it. A failure is a result too. */
export async function trainCell(config: RunConfig, puzzles: RunPuzzles, compile: Compile): Promise<CellOutcome> {
  let recordings = 0;
  const counting: Compile = (f) => {
    recordings++;
    return compile(f);
  };
  const model = buildRunModel(config, puzzles.train.metadata);
  const trainer = buildTrainer(config, model, {
    totalSteps: totalStepsOf(config, puzzles.train.metadata),
    compile: counting,
    takesParts: false,
  });
  try {
    const training = await trainToEnd(trainer, config, puzzles, () => recordings);
    const { whole, halting } = await evaluateHeldOut(trainer, puzzles);
    const figures: CellFigures = {
      puzzles: whole.exactAccuracy,
      cells: whole.accuracy,
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
