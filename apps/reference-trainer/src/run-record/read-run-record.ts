import { existsSync } from 'node:fs';
import type { EvaluationRecord, Examination, RunRecord } from '@hrm/ui/run-record';
import { CheckpointStore, RunLock } from '@hrm/trainer/checkpoint';
import type { RunConfig } from '../config/run-config';
import { readRunDescription, runPaths } from '../run/folder/run-folder';
import { readRunProgress } from '../run/checkpoint/run-progress';
import { configRecord } from './config-record';
import { newLines } from './new-lines';
import { RunLog } from './run-log';
import { runSessions } from './run-sessions';

/** Damaged lines that a record describes. It only counts further ones. */
const MOST_DAMAGE = 3;

/** What a model of the run adds to its record. */
export interface ModelFacts {
  task: string;
  parameters: number;
  examination: Examination | undefined;
}

/** Options of {@link readRunRecord}. */
export interface ReadRunRecordOptions {
  /** What is known of its model. Default: nothing. */
  model?: ModelFacts | undefined;
  /** Why nothing is known of the model, and other gaps: sentences. Default: none. */
  missing?: readonly string[];
  /** Names the option of the run in errors. Default `RUN`. */
  flag?: string;
}

/**
 * Reads the record of a run from its folder. The run may still be training. A run of an older version recorded less;
 * the record says what is missing.
 *
 * @throws UsageError if the folder holds no run; FileFormatError for a damaged `metrics.jsonl`.
 */
export async function readRunRecord(
  run: string,
  { model, missing = [], flag = 'RUN' }: ReadRunRecordOptions = {},
): Promise<RunRecord> {
  const log = new RunLog(run);
  const { metrics, observations } = runPaths(run);
  log.addMetrics((await newLines(metrics)).lines);
  log.addObservations((await newLines(observations)).lines);
  return recordOf(run, log, { model, missing, flag, saved: await readCheckpoints(run) });
}

/** The part of a run's record that comes from its checkpoints. */
export type SavedFacts = Pick<RunRecord, 'checkpoints' | 'sessions'>;

/** The record of a run whose logs are read. @throws UsageError as {@link readRunRecord}. */
export async function recordOf(
  run: string,
  { curves, evaluations, observations, damage, lastStep }: RunLog,
  { model, missing = [], flag = 'RUN', saved }: ReadRunRecordOptions & { saved: SavedFacts },
): Promise<RunRecord> {
  const { config, from } = readRunDescription(run, flag);
  const { sessions, seconds } = runSessions(observations);
  return {
    run,
    name: config.name,
    task: model?.task,
    isTraining: (await RunLock.holder(run)) !== undefined,
    parameters: model?.parameters,
    lastStep,
    plannedSteps: config.training.steps,
    samples: lastStep * config.training.batchSize,
    seconds,
    curves,
    evaluations,
    config: configRecord(config),
    sessions: sessions.length > 0 ? sessions : saved.sessions,
    checkpoints: saved.checkpoints,
    from: from && { run: from.run, step: from.step },
    examination: model?.examination,
    missing: [
      ...missing,
      ...(existsSync(runPaths(run).metrics) ? [] : ['Curves: there is no metrics.jsonl in the folder.']),
      ...(observations.length + damage.length > 0
        ? []
        : ['Speed, memory and time: there is no observations.jsonl in the folder. Older versions wrote none.']),
      ...damage.slice(0, MOST_DAMAGE).map((problem) => `Left out of observations.jsonl: ${problem}.`),
      ...(damage.length > MOST_DAMAGE ? [`So are ${damage.length - MOST_DAMAGE} more lines.`] : []),
      ...evaluationsMissing(config, evaluations),
    ],
  };
}

const evaluationsMissing = ({ training }: RunConfig, evaluations: readonly EvaluationRecord[]): string[] =>
  evaluations.length > 0
    ? []
    : [
        `Held-out accuracy: there was no evaluation yet. The config asks for one every ${training.evaluateEvery} steps.`,
      ];

/** The checkpoints that are kept, and the machine that the last one tells of. */
async function readCheckpoints(run: string): Promise<SavedFacts> {
  const store = await CheckpointStore.open(run, { readOnly: true, onWarning: () => undefined });
  try {
    const [best, last] = [await store.best({ only: [] }), await store.latest({ only: [] })];
    const progress = last && readRunProgress(last);
    const { versions, machine } = progress ?? {};
    return {
      checkpoints: {
        best: best && { step: best.step, exactAccuracy: best.metric },
        last: last && { step: last.step, exactAccuracy: last.metric },
      },
      sessions: versions && machine ? [{ began: undefined, step: last!.step, versions, machine }] : [],
    };
  } catch {
    // Damaged, or being written. Loading the model reports the damage.
    return { checkpoints: { best: undefined, last: undefined }, sessions: [] };
  }
}
