import { trainingBatches, type Augmentation, type Task } from '@hrm/data';
import type { Evaluation } from '@hrm/trainer';
import type { RunConfig } from '../../config/run-config';
import { printedCommand } from '../../command-line/printed-command';
import { StopSignals, type StopSignal } from '../../process/stop-signals';
import { firstOfRanks } from '../../ranks/agree';
import { describeSeconds } from '../../terminal/describe-seconds';
import type { TrainingObserver } from '../observers/training-observer';
import { hasLabels, type RunPuzzles } from '../puzzles/run-puzzles';
import { HeldOutEvaluator } from './held-out-evaluator';
import { RunWriter, type RunWriterOptions } from './run-writer';
import { TrainingFigures } from './training-figures';
import { describeGoal, reachesGoal } from './training-goal';

/** What {@link runTraining} needs. Its caller holds the lock of the folder. */
export interface TrainingRun extends RunWriterOptions {
  config: RunConfig;
  puzzles: RunPuzzles;
  /** Changes to training puzzles as they are drawn. Default: none. */
  augment?: readonly Augmentation[];
  /** The last step of this call. */
  lastStep: number;
  /** Whether the first weights are saved and evaluated before the first step. Default false. */
  savesStart?: boolean;
  /** Follows the steps and evaluations; closed by the caller. Default: none. */
  observer?: TrainingObserver | undefined;
  /** Draws puzzles on a terminal. Default: none are shown. */
  draw?: Task['draw'] | undefined;
}

/** How a training run ended. */
export interface TrainingResult {
  steps: number;
  evaluation: Evaluation | undefined;
  /** Seconds of training steps and evaluations. */
  seconds: number;
  samplesPerSecond: number;
  /** Whether the goal of the config was reached. */
  reachedGoal: boolean;
  stoppedBy: StopSignal | undefined;
}

/**
 * Trains to the last step, with evaluations and checkpoints on the way. Ends early when the goal is reached or on a
 * signal. Each evaluation starts after its step was saved. A signal ends it too; it is repeated when the run is
 * resumed.
 */
export async function runTraining(options: TrainingRun): Promise<TrainingResult> {
  const { config, trainer, lastStep, communicator, draw, terminal } = options;
  const signals = new StopSignals((signal) =>
    terminal.say(`${signal}: finishing the step and saving; repeat it to stop at once`),
  );
  const firstStep = trainer.steps;
  let writer: RunWriter | undefined;
  let figures: TrainingFigures | undefined;
  try {
    writer = await RunWriter.open(options);
    figures = new TrainingFigures(terminal, trainer.steps, { name: config.name, lastStep, draw });
    const result = await trainSteps(options, {
      writer,
      figures,
      // Ranks get a signal at different times, and stop at the same step.
      stopSignal: () => firstOfRanks(communicator, signals.received),
    });
    figures.stop();
    await writer.close();
    terminal.say(describeEnd(result, { config, firstStep, lastStep }));
    if (result.stoppedBy) terminal.say(`Resume: ${printedCommand('train', '--resume', '--out', options.run)}`);
    return result;
  } catch (error) {
    await writer?.close().catch(() => undefined);
    throw error;
  } finally {
    figures?.stop();
    signals.close();
  }
}

/** What {@link trainSteps} works with, besides the options of the run. */
interface TrainingTools {
  writer: RunWriter;
  figures: TrainingFigures;
  /** The signal that came to any rank, if one came. */
  stopSignal: () => Promise<StopSignal | undefined>;
}

async function trainSteps(
  { config, puzzles, augment = [], trainer, lastStep, ...options }: TrainingRun,
  { writer, figures, stopSignal }: TrainingTools,
): Promise<TrainingResult> {
  const { resumed, savesStart = false, observer, communicator } = options;
  const { batchSize, seed, evaluateEvery, checkpointEvery = Infinity, checkpointMinutes } = config.training;
  const started = performance.now();
  let stoppedBy: StopSignal | undefined;
  const isStopped = async () => {
    stoppedBy ??= await stopSignal();
    return stoppedBy !== undefined;
  };

  let evaluation: Evaluation | undefined;
  let reachedGoal = false;
  const evaluator = new HeldOutEvaluator({
    trainer,
    puzzles: puzzles.test,
    batchSize,
    communicator,
    isStopped,
    onProgress: (done, all) => figures.showEvaluating(done, all),
  });
  const evaluateSaved = async () => {
    const found = await evaluator.evaluate();
    if (!found) return;
    ({ evaluation } = found);
    await writer.logEvaluation(evaluation);
    reachedGoal = reachesGoal(config.training, evaluation);
    figures.showEvaluation(writer.savedStep, evaluation, found.answered);
    await observer?.onEvaluation(writer.savedStep, evaluation, found.answered);
  };
  // Without answers there is nothing to evaluate.
  const hasAnswers = hasLabels(puzzles.test);
  const isEvaluated = (step: number) => hasAnswers && (step % evaluateEvery === 0 || step === lastStep);
  const nextSave = (step: number) => {
    const next = (every: number) => (Math.floor(step / every) + 1) * every;
    return Math.min(lastStep, next(evaluateEvery), next(checkpointEvery));
  };

  if (savesStart) await writer.save();
  const lacksEvaluation = savesStart ? hasAnswers : resumed?.lacksEvaluation && isEvaluated(trainer.steps);
  if (lacksEvaluation) await evaluateSaved();
  const cursor = resumed?.cursor;
  const stream = trainingBatches(puzzles.train, { batchSize, seed, ...(cursor && { cursor }), augment });
  while (trainer.steps < lastStep && !(await isStopped()) && !reachedGoal) {
    const { value: batch, done } = stream.next();
    if (done || !batch) break;
    const event = await trainer.trainBatch(batch);
    const { step } = event;
    await writer.logStep(batch, event);
    await observer?.onStep(event);
    figures.showStep(event, nextSave(step) - step);
    const minutes = await firstOfRanks(communicator, writer.minutesSinceSave);
    if (isEvaluated(step)) {
      await writer.save();
      await evaluateSaved();
    } else if (step % checkpointEvery === 0 || minutes! >= checkpointMinutes) await writer.save();
  }
  if (trainer.steps !== writer.savedStep && trainer.steps > 0) await writer.save();
  const seconds = (performance.now() - started) / 1000;
  return { steps: trainer.steps, evaluation, seconds, samplesPerSecond: figures.speed, reachedGoal, stoppedBy };
}

/** What a run prints when it has ended. */
function describeEnd(
  { steps, seconds, reachedGoal }: TrainingResult,
  { config, firstStep, lastStep }: { config: RunConfig; firstStep: number; lastStep: number },
): string {
  const goal = reachedGoal ? `: ${describeGoal(config.training)} reached` : '';
  const count = (number: number) => number.toLocaleString('en');
  return firstStep >= lastStep
    ? `The run is at step ${count(firstStep)} already, so there is nothing to train up to step ${count(lastStep)}${goal}.`
    : `Trained to step ${count(steps)} of ${count(lastStep)} in ${describeSeconds(seconds)}${goal}.`;
}
