import type { TrainingBatch } from '@hrm/data';
import type { Communicator } from '@hrm/distributed';
import type { Evaluation, Trainer, StepEvent } from '@hrm/trainer';
import { MetricsLog, type CheckpointStore, type JsonValue } from '@hrm/trainer/checkpoint';
import { isFirstRank } from '../../ranks/agree';
import { noLog } from '../../ranks/files-of-other-ranks';
import type { Terminal } from '../../terminal/terminal';
import type { RunProgress, RunRecord } from '../checkpoint/run-progress';
import { checkpointFiles } from '../checkpoint/run-state';
import { runPaths } from '../folder/run-folder';

/** The state at which a run is resumed, in addition to the trainer's. */
export interface ResumedProgress extends Pick<RunProgress, 'cursor' | 'metricsLength' | 'best'> {
  /** The random state after the step of the checkpoint. */
  random?: RunProgress['random'];
  /** Whether the checkpoint has no evaluation. If one was due at its step, it was interrupted. */
  lacksEvaluation: boolean;
}

/** Options of {@link RunWriter.open}. */
export interface RunWriterOptions {
  run: string;
  trainer: Trainer;
  /** Ranks other than the first save nothing. */
  store: Pick<CheckpointStore, 'save' | 'recordMetric' | 'steps'>;
  /** Undefined for a new run. The trainer has the checkpoint's state already. */
  resumed?: ResumedProgress | undefined;
  /** What each checkpoint records about the run, in addition to its progress. */
  record: RunRecord;
  /** The ranks that train together. Default: one process. */
  communicator?: Communicator | undefined;
  terminal: Terminal;
}

/**
 * Writes what a training run leaves behind: a log with a line for each step and evaluation, and checkpoints. Each
 * checkpoint records the length of the log when it was made, so that a resumed run goes on from there.
 */
export class RunWriter {
  readonly #log: typeof noLog;
  readonly #options: RunWriterOptions;
  /** The position of the stream of batches. */
  #cursor: RunProgress['cursor'];
  #best: RunProgress['best'];
  #saved: { step: number; random: RunProgress['random']; at: number };

  private constructor(log: typeof noLog, options: RunWriterOptions) {
    const { resumed, trainer } = options;
    this.#log = log;
    this.#options = options;
    this.#cursor = resumed?.cursor;
    this.#best = resumed?.best;
    this.#saved = {
      step: resumed ? trainer.steps : -1,
      random: resumed?.random ?? [0, 0, 0, 0],
      at: performance.now(),
    };
  }

  /** Opens the log, and cuts off what was written after the checkpoint. */
  static async open(options: RunWriterOptions): Promise<RunWriter> {
    const { run, resumed, communicator, terminal } = options;
    const length = resumed?.metricsLength ?? 0;
    const log = isFirstRank(communicator)
      ? await MetricsLog.open(runPaths(run).metrics, { length, onWarning: terminal.warn })
      : noLog;
    return new RunWriter(log, options);
  }

  /** The step of the last checkpoint; -1 if there is none. */
  get savedStep(): number {
    return this.#saved.step;
  }

  /** Minutes since the last checkpoint, or since the start. */
  get minutesSinceSave(): number {
    return (performance.now() - this.#saved.at) / 60_000;
  }

  /** Logs a step, and the position of the stream after its batch. */
  async logStep({ cursor }: TrainingBatch, { step, learningRate, metrics, haltingSteps }: StepEvent): Promise<void> {
    this.#cursor = cursor;
    await this.#log.append({ step, learningRate, ...metrics, haltingSteps });
  }

  /** Saves a checkpoint of the present step. */
  async save(): Promise<void> {
    const state = await this.#options.trainer.state();
    const { step, random } = state;
    await this.#options.store.save({ step, files: checkpointFiles(state), state: await this.#progress(random) });
    this.#saved = { step, random, at: performance.now() };
  }

  /** Logs an evaluation of the last checkpoint, and adds it to that checkpoint. */
  async logEvaluation({ totals: _, rowsComputed: __, ...figures }: Evaluation): Promise<void> {
    const { step, random } = this.#saved;
    const { exactAccuracy } = figures;
    await this.#log.append({ step, evaluation: figures });
    if (!this.#best || exactAccuracy > this.#best.exactAccuracy) this.#best = { step, exactAccuracy };
    await this.#options.store.recordMetric(step, { metric: exactAccuracy, state: await this.#progress(random) });
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  /** The JSON of a checkpoint, with the present length of the log. */
  async #progress(random: RunProgress['random']): Promise<JsonValue> {
    await this.#log.flush();
    const metricsLength = this.#log.length;
    const now: RunProgress = { random, cursor: this.#cursor, metricsLength, best: this.#best, ...this.#options.record };
    return JSON.parse(JSON.stringify(now)) as JsonValue;
  }
}
