import { setImmediate } from 'node:timers/promises';
import { evaluationBatches, trainingBatches, type Augmentation, type Task } from '@hrm/data';
import type { Communicator } from '@hrm/distributed';
import { type Evaluation, type Trainer } from '@hrm/trainer';
import { MetricsLog, type CheckpointStore, type JsonValue } from '@hrm/trainer/checkpoint';
import type { RunConfig } from '../../config/run-config';
import { describeSeconds } from '../../terminal/describe-seconds';
import { printedCommand } from '../../command-line/printed-command';
import type { Terminal } from '../../terminal/terminal';
import { describeGoal, reachesGoal } from './training-goal';
import { runPaths } from '../folder/run-folder';
import { countPuzzles, hasLabels, type RunPuzzles } from '../puzzles/run-puzzles';
import type { RunProgress, RunRecord } from '../checkpoint/run-progress';
import { checkpointFiles } from '../checkpoint/run-state';
import { StopSignals, type StopSignal } from '../../process/stop-signals';
import { firstOfRanks, isFirstRank } from '../../ranks/agree';
import { noLog } from '../../ranks/files-of-other-ranks';
import { TrainingFigures } from './training-figures';
import { collectFailedPuzzles, type AnsweredPuzzle } from '../observers/failed-puzzles';
import type { TrainingObserver } from '../observers/training-observer';

/** The state at which a run is resumed, in addition to the trainer's. */
export interface ResumedProgress extends Pick<RunProgress, 'cursor' | 'metricsLength' | 'best'> {
  /** The random state after the step of the checkpoint. */
  random?: RunProgress['random'];
  /** Whether the checkpoint has no evaluation. If one was due at its step, it was interrupted. */
  lacksEvaluation: boolean;
}

/** What {@link runTraining} needs. Its caller holds the lock of the folder. */
export interface TrainingRun {
  run: string;
  config: RunConfig;
  puzzles: RunPuzzles;
  /** Changes to training puzzles as they are drawn. Default: none. */
  augment?: readonly Augmentation[];
  trainer: Trainer;
  /** The last step of this call. */
  lastStep: number;
  /** Ranks other than the first save nothing. */
  store: Pick<CheckpointStore, 'save' | 'recordMetric' | 'steps'>;
  /** Undefined for a new run. The trainer has the checkpoint's state already. */
  resumed?: ResumedProgress | undefined;
  /** Whether the first weights are saved and evaluated before the first step. Default false. */
  savesStart?: boolean;
  /** What each checkpoint records about the run, in addition to its progress. */
  record: RunRecord;
  /** Follows the steps and evaluations; closed by the caller. Default: none. */
  observer?: TrainingObserver | undefined;
  /** Draws puzzles on a terminal. Default: none are shown. */
  draw?: Task['draw'] | undefined;
  /** The ranks that train together. Default: one process. */
  communicator?: Communicator | undefined;
  terminal: Terminal;
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
export async function runTraining({
  run,
  config,
  puzzles,
  augment = [],
  trainer,
  lastStep,
  store,
  resumed,
  savesStart = false,
  record,
  observer,
  draw,
  communicator,
  terminal,
}: TrainingRun): Promise<TrainingResult> {
  const { batchSize, seed, evaluateEvery } = config.training;
  const { checkpointEvery = Infinity, checkpointMinutes } = config.training;
  const paths = runPaths(run);
  const signals = new StopSignals((signal) =>
    terminal.say(`${signal}: finishing the step and saving; repeat it to stop at once`),
  );
  let figures: TrainingFigures | undefined;
  let openLog: Pick<MetricsLog, 'close'> | undefined;
  let stoppedBy: StopSignal | undefined;
  /** Whether a signal came to any rank. Ranks get it at different times, and stop at the same step. */
  const isStopped = async () => {
    stoppedBy ??= await firstOfRanks(communicator, signals.received);
    return stoppedBy !== undefined;
  };
  try {
    const { metricsLength = 0, ...progress }: Partial<ResumedProgress> = resumed ?? {};
    let { best, cursor } = progress;
    const log = isFirstRank(communicator)
      ? await MetricsLog.open(paths.metrics, { length: metricsLength, onWarning: terminal.warn })
      : noLog;
    openLog = log;
    const started = performance.now();
    const firstStep = trainer.steps;

    const random: RunProgress['random'] = resumed?.random ?? [0, 0, 0, 0];
    let lastSaved = { step: resumed ? trainer.steps : -1, random, at: started };
    /** The JSON of a checkpoint, with the present length of the log. */
    const progressWith = async (random: RunProgress['random']): Promise<JsonValue> => {
      await log.flush();
      const now: RunProgress = { random, cursor, metricsLength: log.length, best, ...record };
      return JSON.parse(JSON.stringify(now)) as JsonValue;
    };
    const save = async () => {
      const state = await trainer.state();
      const { step, random } = state;
      await store.save({ step, files: checkpointFiles(state), state: await progressWith(random) });
      lastSaved = { step, random, at: performance.now() };
    };

    let evaluation: Evaluation | undefined;
    let reachedGoal = false;
    let solved: readonly AnsweredPuzzle[] = [];
    const ranks = communicator?.size ?? 1;
    /** The place among the held-out puzzles of one that the first rank has seen: it takes the first rows of each batch. */
    const placeOf = (seen: number) => {
      const share = Math.floor(batchSize / ranks);
      return Math.floor(seen / share) * batchSize + (seen % share);
    };
    /** Evaluates the step that was saved last, and adds the result to its checkpoint. A signal cancels it. */
    const evaluateSaved = async () => {
      let isWhole = true;
      const batches = async function* () {
        for (const batch of evaluationBatches(puzzles.test, { batchSize })) {
          // Signals are delivered only between turns of the event loop.
          await setImmediate();
          isWhole = !(await isStopped());
          if (!isWhole) return;
          yield batch;
        }
      };
      const collector = collectFailedPuzzles(trainer.network.halting.maxSegments, solved);
      const found = await trainer.evaluate(batches(), {
        onSegment: collector.onSegment,
        onBatch: ({ count }) => figures?.showEvaluating(count * ranks, heldOut),
      });
      if (!isWhole) return;
      const { totals: _, rowsComputed: __, ...figuresFound } = found;
      const { step, random } = lastSaved;
      const { exactAccuracy } = found;
      evaluation = found;
      await log.append({ step, evaluation: figuresFound });
      if (!best || exactAccuracy > best.exactAccuracy) best = { step, exactAccuracy };
      await store.recordMetric(step, { metric: exactAccuracy, state: await progressWith(random) });
      reachedGoal = reachesGoal(config.training, found);
      solved = collector.puzzles();
      const shown = solved.map((puzzle) => ({ ...puzzle, index: placeOf(puzzle.index) }));
      figures?.showEvaluation(step, found, shown);
      await observer?.onEvaluation(step, found, shown);
    };
    // Without answers there is nothing to evaluate.
    const hasAnswers = hasLabels(puzzles.test);
    const heldOut = countPuzzles(puzzles.test);
    const isEvaluated = (step: number) => hasAnswers && (step % evaluateEvery === 0 || step === lastStep);

    const stream = trainingBatches(puzzles.train, {
      batchSize,
      seed,
      ...(cursor && { cursor }),
      augment,
    });
    figures = new TrainingFigures(terminal, trainer.steps, { name: config.name, lastStep, draw });
    if (savesStart) await save();
    if (savesStart && hasAnswers) await evaluateSaved();
    else if (resumed?.lacksEvaluation && isEvaluated(trainer.steps)) await evaluateSaved();
    while (trainer.steps < lastStep && !(await isStopped()) && !reachedGoal) {
      const { value: batch, done } = stream.next();
      if (done || !batch) break;
      const event = await trainer.trainBatch(batch);
      ({ cursor } = batch);
      const { step, learningRate, metrics, haltingSteps } = event;
      await log.append({ step, learningRate, ...metrics, haltingSteps });
      await observer?.onStep(event);
      figures.showStep(event, nextSave(step) - step);
      const minutes = await firstOfRanks(communicator, (performance.now() - lastSaved.at) / 60_000);
      if (isEvaluated(step)) {
        await save();
        await evaluateSaved();
      } else if (step % checkpointEvery === 0 || minutes! >= checkpointMinutes) await save();
    }
    figures.stop();
    if (trainer.steps !== lastSaved.step && trainer.steps > 0) await save();
    await log.close();
    const seconds = (performance.now() - started) / 1000;
    const goal = reachedGoal ? `: ${describeGoal(config.training)} reached` : '';
    const count = (steps: number) => steps.toLocaleString('en');
    terminal.say(
      firstStep >= lastStep
        ? `The run is at step ${count(firstStep)} already, so there is nothing to train up to step ${count(lastStep)}${goal}.`
        : `Trained to step ${count(trainer.steps)} of ${count(lastStep)} in ${describeSeconds(seconds)}${goal}.`,
    );
    if (stoppedBy) terminal.say(`Resume: ${printedCommand('train', '--resume', '--out', run)}`);
    return {
      steps: trainer.steps,
      evaluation,
      seconds,
      samplesPerSecond: figures.speed,
      reachedGoal,
      stoppedBy,
    };

    function nextSave(step: number): number {
      const next = (every: number) => (Math.floor(step / every) + 1) * every;
      return Math.min(lastStep, next(evaluateEvery), next(checkpointEvery));
    }
  } catch (error) {
    await openLog?.close().catch(() => undefined);
    throw error;
  } finally {
    // Also if a step fails.
    figures?.stop();
    signals.close();
  }
}
