import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EvaluationRecord, Examination, RunRecord } from '@hrm/ui/run-record';
import { CheckpointStore, RunLock } from '@hrm/trainer/checkpoint';
import type { RunConfig } from '../config/run-config';
import { readRunDescription, runPaths } from '../run/folder/run-folder';
import { readRunProgress } from '../run/checkpoint/run-progress';
import { configRecord } from './config-record';
import { isEvaluation, readMetricsLines, readObservationLines, type EvaluationLine } from './metrics-lines';
import { newLines } from './new-lines';
import { RunCurves } from './run-curves';
import { runSessions } from './run-sessions';

/** Where a run records the machine: speed, memory and time. */
export const observationsOf = (run: string): string => join(run, 'observations.jsonl');

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

const evaluationRecord = ({ step, evaluation }: EvaluationLine): EvaluationRecord => {
  const { count, exactAccuracy, accuracy, halted } = evaluation;
  return {
    step,
    count,
    exactAccuracy,
    accuracy,
    halted: halted && {
      exactAccuracy: halted.exactAccuracy,
      meanSegments: halted.meanSegments,
      haltingSteps: halted.haltingSteps,
    },
  };
};

/**
 * Reads the record of a run from its folder. The run may still be training. A run of an older version recorded less;
 * the record says what is missing.
 *
 * @throws UsageError if the folder holds no run; FileFormatError for a damaged log.
 */
export async function readRunRecord(
  run: string,
  { model, missing = [], flag = 'RUN' }: ReadRunRecordOptions = {},
): Promise<RunRecord> {
  const { config, from } = readRunDescription(run, flag);
  const { metrics } = runPaths(run);
  const lines = readMetricsLines((await newLines(metrics)).lines, metrics);
  const observed = observationsOf(run);
  const observations = readObservationLines((await newLines(observed)).lines, observed);
  const curves = new RunCurves();
  for (const line of lines) if (!isEvaluation(line)) curves.addStep(line);
  for (const line of observations) curves.addObservation(line);
  const evaluations = lines.filter(isEvaluation).map(evaluationRecord);
  const { checkpoints, saved } = await readCheckpoints(run);
  const { sessions, seconds } = runSessions(observations);
  const lastStep = lines.reduce((last, { step }) => Math.max(last, step), 0);
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
    curves: curves.curves,
    evaluations,
    config: configRecord(config),
    sessions: sessions.length > 0 ? sessions : saved,
    checkpoints,
    from: from && { run: from.run, step: from.step },
    examination: model?.examination,
    missing: [
      ...missing,
      ...(existsSync(metrics) ? [] : ['Curves: there is no metrics.jsonl in the folder.']),
      ...(observations.length > 0
        ? []
        : ['Speed, memory and time: there is no observations.jsonl in the folder. Older versions wrote none.']),
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
async function readCheckpoints(run: string): Promise<{
  checkpoints: RunRecord['checkpoints'];
  saved: RunRecord['sessions'];
}> {
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
      saved: versions && machine ? [{ began: undefined, step: last!.step, versions, machine }] : [],
    };
  } catch {
    // Damaged, or being written. Loading the model reports the damage.
    return { checkpoints: { best: undefined, last: undefined }, saved: [] };
  }
}
