import { evaluationBatches, trainBatches, type TrainBatchesCursor } from '@hrm/data-sudoku-maze';
import { type Evaluation, type Trainer } from '@hrm/trainer';
import { CheckpointStore, MetricsLog, type JsonValue } from '@hrm/trainer/checkpoint';
import type { RunConfig } from '../config/run-config';
import { describeSeconds, Progress, type Terminal } from '../terminal/terminal';
import { runPaths } from './run-folder';
import { taskAugmentation, type RunPuzzles } from './run-puzzles';
import { checkpointFiles, trainerState, type RunProgress } from './run-state';
import { StopSignals, type StopSignal } from './stop-signals';
import { versions } from './versions';

/** What a training run needs. Its caller holds the lock of the folder. */
export interface TrainingRun {
  run: string;
  config: RunConfig;
  puzzles: RunPuzzles;
  trainer: Trainer;
  /** Step at which this call ends, at the latest. */
  lastStep: number;
  /** Goes on from the newest checkpoint. */
  resume: boolean;
  terminal: Terminal;
}

/** How a training run ended. */
export interface TrainingResult {
  steps: number;
  evaluation: Evaluation | undefined;
  /** Seconds in training steps and evaluations. */
  seconds: number;
  samplesPerSecond: number;
  /** Whether the accuracy to stop at was reached. */
  reachedGoal: boolean;
  stoppedBy: StopSignal | undefined;
}

const percent = (share: number | undefined) => (share === undefined ? '-' : `${(100 * share).toFixed(1)}%`);

/** Smooths a figure over about this many steps. */
const SMOOTHING = 20;

/** Trains to the last step, evaluating and saving on the way, and ends early at its goal or on a signal. */
export async function runTraining({
  run,
  config,
  puzzles,
  trainer,
  lastStep,
  resume,
  terminal,
}: TrainingRun): Promise<TrainingResult> {
  const { batchSize, seed, augment, evaluateEvery, checkpointEvery, keepCheckpoints, stopAtExactAccuracy } =
    config.training;
  const paths = runPaths(run);
  const signals = new StopSignals((signal) =>
    terminal.say(`\n${signal}: finishing the step and saving; again to stop at once`),
  );
  let bar: Progress | undefined;
  let openLog: MetricsLog | undefined;
  try {
    const onWarning = (warning: string) => terminal.say(`Warning: ${warning}`);
    const store = await CheckpointStore.open(run, { keepNewest: keepCheckpoints, onWarning });
    const saved = resume ? await store.latest() : undefined;
    let progress: Pick<RunProgress, 'random' | 'metricsLength' | 'best' | 'cursor'> = {
      random: [0, 0, 0, 0],
      metricsLength: 0,
    };
    let cursor: TrainBatchesCursor | undefined;
    if (saved) {
      progress = saved.state as unknown as RunProgress;
      trainer.restore(trainerState(saved.step, saved.files, progress));
      cursor = progress.cursor;
      terminal.say(`Going on from step ${saved.step}.`);
    } else if (resume) terminal.say('There is no checkpoint to go on from yet: starting at step 0.');
    let best = progress.best;
    const log = await MetricsLog.open(paths.metrics, { length: saved ? progress.metricsLength : 0, onWarning });
    openLog = log;

    const save = async (metric?: number) => {
      const state = await trainer.state();
      await log.flush();
      const next: RunProgress = { random: state.random, cursor, metricsLength: log.length, best, config, versions };
      await store.save({
        step: state.step,
        files: checkpointFiles(state),
        state: JSON.parse(JSON.stringify(next)) as JsonValue,
        ...(metric !== undefined && { metric }),
      });
    };

    const stream = trainBatches(puzzles.train, {
      batchSize,
      seed,
      ...(cursor && { cursor }),
      ...(augment && { augment: taskAugmentation(config.task) }),
    });
    bar = new Progress(terminal, 'training', lastStep);
    const started = performance.now();
    let evaluation: Evaluation | undefined;
    let [loss, accuracy, segments, speed] = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
    const smooth = (old: number, now: number | undefined) =>
      now === undefined ? old : Number.isNaN(old) ? now : old + (now - old) / SMOOTHING;
    let reachedGoal = false;
    let lastSaved = saved?.step ?? -1;
    let trained = 0;

    while (trainer.steps < lastStep && !signals.received && !reachedGoal) {
      const { value: batch, done } = stream.next();
      if (done || !batch) break;
      const event = await trainer.trainBatch(batch);
      ({ cursor } = batch);
      trained++;
      const { step, learningRate, metrics, haltingSteps } = event;
      await log.append({ step, learningRate, ...metrics, haltingSteps });

      loss = smooth(loss, event.metrics['tokenLoss']);
      accuracy = smooth(accuracy, event.metrics['exactAccuracy']);
      segments = smooth(segments, event.metrics['steps']);
      // The first step compiles; it says nothing about the others.
      if (trained > 1) speed = smooth(speed, event.samplesPerSecond);
      bar.update(event.step, {
        loss: loss.toFixed(3),
        exact: percent(Number.isNaN(accuracy) ? undefined : accuracy),
        segments: Number.isNaN(segments) ? '-' : segments.toFixed(2),
        'samples/s': Number.isNaN(speed) ? '-' : speed.toFixed(0),
        ...(evaluation && { 'held out': percent(evaluation.exactAccuracy) }),
        save: `in ${nextSave(event.step) - event.step}`,
      });

      const isLast = event.step === lastStep;
      if (event.step % evaluateEvery === 0 || isLast) {
        evaluation = await trainer.evaluate(evaluationBatches(puzzles.test, { batchSize }));
        const { sums: _, ...figures } = evaluation;
        const { exactAccuracy } = figures;
        await log.append({ step, evaluation: figures });
        reachedGoal = stopAtExactAccuracy !== undefined && exactAccuracy >= stopAtExactAccuracy;
        if (!best || exactAccuracy > best.exactAccuracy) best = { step: event.step, exactAccuracy };
        await save(exactAccuracy);
        lastSaved = event.step;
      } else if (checkpointEvery !== undefined && event.step % checkpointEvery === 0) {
        await save();
        lastSaved = event.step;
      }
    }
    bar.stop();
    if (trainer.steps !== lastSaved && trainer.steps > 0) await save();
    await log.close();
    const seconds = (performance.now() - started) / 1000;
    terminal.say(`Trained to step ${trainer.steps} in ${describeSeconds(seconds)}.`);
    return {
      steps: trainer.steps,
      evaluation,
      seconds,
      samplesPerSecond: speed,
      reachedGoal,
      stoppedBy: signals.received,
    };

    function nextSave(step: number): number {
      const next = (every: number) => (Math.floor(step / every) + 1) * every;
      return Math.min(lastStep, next(evaluateEvery), checkpointEvery === undefined ? Infinity : next(checkpointEvery));
    }
  } catch (error) {
    await openLog?.close().catch(() => undefined);
    throw error;
  } finally {
    // Also where a step fails: a bar left standing would keep the process alive.
    bar?.stop();
    signals.close();
  }
}
