import { trainingBatches, type PuzzleDataset } from '@hrm/data';
import type { Communicator } from '@hrm/distributed';
import { FileFormatError } from '@hrm/files';
import type { Checkpoint } from '@hrm/trainer/checkpoint';
import { UsageError } from '../../command-line/usage-error';
import type { ConfigChange } from '../../config/config-changes';
import type { RunConfig } from '../../config/run-config';
import type { Engine } from '../../engine/engine';
import type { Terminal } from '../../terminal/terminal';
import { restoreTrainer } from '../checkpoint/resume-point';
import { describeOtherMachine, thisRunMachine } from '../checkpoint/run-machine';
import type { RunProgress } from '../checkpoint/run-progress';
import { puzzlesFingerprint } from '../puzzles/puzzles-fingerprint';
import type { PreparedRun } from '../training/prepare-run';
import type { ResumedProgress } from '../training/run-writer';
import { describeContinuation } from './describe-continuation';

/** A run that is prepared with its new config. */
interface RunToRestore {
  run: string;
  data: string;
  before: RunConfig;
  config: RunConfig;
  changes: readonly ConfigChange[];
  prepared: PreparedRun;
  engine: Engine;
  communicator: Communicator | undefined;
}

/**
 * Puts a checkpoint into a prepared run, and says how the run continues.
 *
 * @param progress that of the checkpoint; undefined if it holds imported weights only.
 * @returns where the run continues.
 * @throws UsageError, FileFormatError if the checkpoint does not fit.
 */
export async function restoreRun(
  saved: Checkpoint,
  progress: RunProgress | undefined,
  { run, data, before, config, changes, prepared, engine, communicator }: RunToRestore,
  terminal: Terminal,
): Promise<ResumedProgress> {
  const { totalSteps, trainer, puzzles } = prepared;
  const { step } = saved;
  if (step > totalSteps) {
    throw new UsageError(
      `--resume: the run in ${run} has made ${step} steps already, more than the ${totalSteps} of its ` +
        'config; raise training.steps (or training.epochs)',
    );
  }
  await restoreTrainer(trainer, saved, progress);
  terminal.say(`Resuming at step ${step}.`);
  const cursor = progress && cursorIn(puzzles.train, progress);
  expectCursor(saved.path, config, puzzles.train, cursor);
  const isSameOrder = progress !== undefined && cursor === progress.cursor;
  const otherMachine =
    progress &&
    describeOtherMachine(
      { ...progress, machine: progress.machine && { ranks: '1', threads: 'all', ...progress.machine } },
      { threads: 'all', ...thisRunMachine(engine), ranks: `${communicator?.size ?? 1}` },
    );
  const differences = [
    ...(progress ? [] : ['Only its weights were imported: the optimizer and the order of the puzzles start anew.']),
    ...(progress && !isSameOrder
      ? [`The puzzles in ${data} are not those it was trained on: a new pass begins, so the run is not exact.`]
      : []),
    ...(otherMachine === undefined ? [] : [otherMachine]),
  ];
  const continuation =
    step === totalSteps
      ? `All its ${step} steps are done. For more, give --set training.steps=${2 * step}.`
      : describeContinuation({ before, after: config, changes, prepared, step, isAsBefore: differences.length === 0 });
  for (const text of [...differences, continuation]) if (text !== undefined) terminal.say(text);
  return progress
    ? { ...progress, cursor, lacksEvaluation: saved.metric === undefined }
    : { metricsLength: 0, lacksEvaluation: false };
}

/** The position at which the stream of batches continues. With other puzzles than before, a new pass begins. */
function cursorIn(puzzles: PuzzleDataset, { cursor, puzzles: known }: RunProgress): RunProgress['cursor'] {
  if (!cursor || known === undefined || known === puzzlesFingerprint(puzzles)) return cursor;
  return { ...cursor, iteration: cursor.iteration + 1, position: 0 };
}

/** Makes sure that batches can be drawn from a position. @throws FileFormatError if it does not fit the puzzles. */
function expectCursor(
  path: string,
  { training: { batchSize, seed } }: RunConfig,
  puzzles: PuzzleDataset,
  cursor: RunProgress['cursor'],
): void {
  if (!cursor) return;
  try {
    trainingBatches(puzzles, { batchSize, seed, cursor }).next();
  } catch (error) {
    throw new FileFormatError({
      path,
      problem: `its position in the puzzles does not fit: ${(error as Error).message}`,
      expected: 'the checkpoint of a run on these puzzles',
      cause: error,
    });
  }
}
