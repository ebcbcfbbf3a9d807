import { evaluationBatches, trainBatches } from '@hrm/data-sudoku-maze';
import { type Evaluation, type Trainer } from '@hrm/trainer';
import { MetricsLog, type CheckpointStore, type JsonValue } from '@hrm/trainer/checkpoint';
import type { RunConfig } from '../config/run-config';
import { describeSeconds, Progress, type Terminal } from '../terminal/terminal';
import { runPaths } from './run-folder';
import { taskAugmentation, type RunPuzzles } from './run-puzzles';
import type { RunProgress, RunRecord } from './run-progress';
import { checkpointFiles } from './run-state';
import { StopSignals, type StopSignal } from './stop-signals';

/** What a training run needs. Its caller holds the lock of the folder. */
export interface TrainingRun {
  run: string;
  config: RunConfig;
  puzzles: RunPuzzles;
  trainer: Trainer;
  /** Step at which this call ends, at the latest. */
  lastStep: number;
  store: CheckpointStore;
  /** Where the run goes on: the trainer has that state already. Undefined at its beginning. */
  resumed?: Pick<RunProgress, 'cursor' | 'metricsLength' | 'best'> | undefined;
  /** What each checkpoint tells of the run beside its progress. */
  record: RunRecord;
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
  store,
  resumed,
  record,
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
    const { metricsLength, ...progress } = resumed ?? { metricsLength: 0 };
    let { best, cursor }: Pick<RunProgress, 'best' | 'cursor'> = progress;
    const log = await MetricsLog.open(paths.metrics, {
      length: metricsLength,
      onWarning: (warning) => terminal.say(`Warning: ${warning}`),
    });
    openLog = log;

    const save = async (metric?: number) => {
      const state = await trainer.state();
      await log.flush();
      const next: RunProgress = { random: state.random, cursor, metricsLength: log.length, best, ...record };
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
    let lastSaved = resumed ? trainer.steps : -1;
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
        const { totals: _, ...figures } = evaluation;
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
