import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { trainingBatches, type PuzzleDataset } from '@hrm/data';
import { FileFormatError } from '@hrm/files';
import { weightsFromOfficial } from '@hrm/models';
import { expectModelSizes } from '@hrm/models/internal';
import { isProgressive } from '@hrm/recursion/internal';
import { CheckpointStore, RunLock, type Checkpoint } from '@hrm/trainer/checkpoint';
import type { RunConfig } from '../../config/run-config';
import { startEngine } from '../../engine/engine';
import { recordedProducts } from '../../engine/precision';
import type { Terminal } from '../../terminal/terminal';
import { UsageError } from '../../command-line/usage-error';
import type { RunOptions } from '../training/begin-run';
import { modelConfigOf, totalStepsOf } from '../building/build-run';
import { configChanges, describeChanges, type ConfigChange } from '../../config/config-changes';
import { describeRateChange } from './describe-rate-change';
import { loadParts } from '../parts/load-parts';
import { isFirstRank } from '../../ranks/agree';
import { expectEqualRanks } from '../../ranks/equal-ranks';
import { noStore } from '../../ranks/files-of-other-ranks';
import { factsOf } from '../training/facts-of-run';
import { prepareRun, type PreparedRun } from '../training/prepare-run';
import { puzzlesFingerprint } from '../puzzles/puzzles-fingerprint';
import { expectCheckpointOf, restoreTrainer } from '../checkpoint/resume-point';
import {
  expectOwnPuzzlesFolder,
  puzzlesOfRun,
  readRunDescription,
  splits,
  writeRunDescription,
} from '../folder/run-folder';
import { identifiersOfRun } from '../folder/identifiers-of-run';
import { describeOtherMachine, thisRunMachine } from '../checkpoint/run-machine';
import { readRunProgress, type RunProgress } from '../checkpoint/run-progress';
import type { PuzzleSizes } from '../puzzles/puzzle-sizes';
import { writeMissingPuzzles } from '../puzzles/run-puzzles';
import type { ResumedProgress } from '../training/run-training';
import { trainPrepared, type TrainedRun } from '../training/train-prepared';

/**
 * Resumes a run from its newest whole checkpoint, with a config that may have changed. The new config is written only
 * when the checkpoint, the puzzles and the position in them are known to fit.
 *
 * @param change returns the config to resume with, given that of the run
 * @throws UsageError if the run cannot be resumed with this config; it stays as it was.
 */
export async function resumeRun(
  change: (before: RunConfig) => RunConfig,
  options: RunOptions,
  terminal: Terminal,
): Promise<TrainedRun> {
  const { out: run, maxSteps, allowImports, communicator } = options;
  const say = (text: string | undefined) => text !== undefined && terminal.say(text);
  // Before anything is read: another process may be writing.
  const lock = isFirstRank(communicator) ? await RunLock.acquire(run) : undefined;
  try {
    const before = readRunDescription(run);
    const config = change(before.config);
    const changes = configChanges(before.config, config);
    const store = await CheckpointStore.open(run, {
      keepNewest: config.training.keepCheckpoints,
      readOnly: !isFirstRank(communicator),
      onWarning: terminal.warn,
    });
    let saved = await store.latest();
    const savedStep = saved?.step;
    const progress = saved && readRunProgress(saved);
    if (saved) expectCheckpointOf(saved, before.config);
    else if (before.from) {
      throw new UsageError(
        `--resume: the run in ${run} was stopped before it had saved the weights of ${before.from.run} that it begins with; ` +
          'remove its folder, and begin it again by --from',
      );
    }
    expectChangeable(
      { run, data: before.data },
      changes,
      saved === undefined ? 'nothing' : progress === undefined ? 'weights' : 'all',
    );

    const { parts, imports } = await loadParts(config, { allowImports, recorded: before.imports, terminal });
    const engine = await startEngine(terminal, options);
    const folder = options.data ?? puzzlesOfRun(run, before.data);
    const data = folder ?? before.data;
    if (data === undefined) throw new UsageError('--data is missing: this run has no folder of puzzles');
    if (folder === undefined) expectOwnPuzzlesFolder(run);
    const made = saved && { sizes: before.puzzles, identifiers: await identifiersOfRun(run, before) };
    if (saved) expectWeightsOf(saved, config, before.puzzles);
    const prepared = await prepareRun(config, { data: folder, made, engine, parts, communicator });

    let resumed: ResumedProgress | undefined;
    if (saved) {
      if (saved.step > prepared.totalSteps) {
        throw new UsageError(
          `--resume: the run in ${run} has made ${saved.step} steps already, more than the ${prepared.totalSteps} of its ` +
            'config; raise training.steps (or training.epochs)',
        );
      }
      await restoreTrainer(prepared.trainer, saved, progress);
      say(`Resuming at step ${saved.step}.`);
      resumed = progress
        ? {
            ...progress,
            cursor: cursorIn(prepared.puzzles.train, progress),
            lacksEvaluation: saved.metric === undefined,
          }
        : { metricsLength: 0, lacksEvaluation: false };
      expectCursor(saved.path, config, prepared.puzzles.train, resumed.cursor);
      const otherMachine =
        progress &&
        describeOtherMachine(
          { ...progress, machine: progress.machine && { ranks: '1', threads: 'all', ...progress.machine } },
          { threads: 'all', ...thisRunMachine(engine), ranks: `${communicator?.size ?? 1}` },
        );
      if (!progress) {
        say('Only its weights were imported: the optimizer and the order of the puzzles start anew.');
      } else {
        if (resumed.cursor !== progress.cursor) {
          say(`The puzzles in ${data} are not those it was trained on: a new pass begins, so the run is not exact.`);
        }
        say(otherMachine);
      }
      if (saved.step === prepared.totalSteps) {
        say(`All its ${saved.step} steps are done. For more, give --set training.steps=${2 * saved.step}.`);
      } else {
        const isAsBefore = progress !== undefined && resumed.cursor === progress.cursor && otherMachine === undefined;
        say(
          describeContinuation({
            before: before.config,
            after: config,
            changes,
            prepared,
            step: saved.step,
            isAsBefore,
          }),
        );
      }
      // Its tensors are in the trainer now. Training needs the memory.
      saved = undefined;
    } else say('There is no checkpoint yet: starting at step 0.');

    // No rank writes before all have read the checkpoint.
    await expectEqualRanks(communicator, factsOf(prepared, { config, engine }));
    const products = progress && recordedProducts(progress.machine, before.config.model);
    const ready = { run, config, data, prepared, engine, maxSteps, resumed, products, communicator, terminal };
    if (!isFirstRank(communicator)) return await trainPrepared({ ...ready, store: noStore });
    await writeRunDescription(run, { config, data, puzzles: prepared.sizes, imports, from: before.from });
    if (folder === undefined) await writeMissingPuzzles(data, prepared.puzzles);
    try {
      await options.onReady?.();
      return await trainPrepared({ ...ready, store });
    } catch (error) {
      // If no checkpoint was saved with the new config, the old one is put back.
      const [newest] = await store.steps();
      if (savedStep !== undefined && newest === savedStep)
        await writeRunDescription(run, before).catch(() => undefined);
      throw error;
    }
  } finally {
    await lock?.release();
  }
}

/**
 * Makes sure that a run can change these keys.
 *
 * @param holds what its checkpoint holds; an imported one has `weights` only.
 */
function expectChangeable(
  { run, data }: { run: string; data: string | undefined },
  changes: readonly ConfigChange[],
  holds: 'all' | 'weights' | 'nothing',
): void {
  const hasPuzzles = data !== undefined && splits.some((split) => existsSync(join(data, split)));
  const isFixed = ({ key, effect }: ConfigChange) => {
    if (effect !== 'fixed') return false;
    // Puzzles are generated once, so these keys can change only before that.
    if (/^(generate|task)\b/.test(key)) return hasPuzzles || holds !== 'nothing';
    return holds === 'all' || (holds === 'weights' && !key.startsWith('training.'));
  };
  const refused = changes.filter(isFixed);
  if (refused.length === 0) return;
  throw new UsageError(
    `--resume: the run in ${run} cannot change ${describeChanges(refused, ['has', 'given'])}; ` +
      'omit CONFIG, --set and --seed to resume it unchanged, or choose another --out',
  );
}

/** Makes sure that a checkpoint's weights are those of a model. @throws FileFormatError */
function expectWeightsOf({ files, path }: Checkpoint, config: RunConfig, sizes: PuzzleSizes): void {
  const weights = weightsFromOfficial(files['weights'] ?? new Map<never, never>());
  expectModelSizes(modelConfigOf(config, sizes), weights, { path, hasOwnParts: config.imports !== undefined });
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

/** Describes how a run continues with another config; undefined if the config is the same. */
function describeContinuation({
  before,
  after,
  changes,
  prepared: { puzzles, model, totalSteps },
  step,
  isAsBefore,
}: {
  before: RunConfig;
  after: RunConfig;
  changes: readonly ConfigChange[];
  prepared: PreparedRun;
  step: number;
  /** Whether all else is as before: optimizer, puzzles, machine. Other differences have been printed already. */
  isAsBefore: boolean;
}): string | undefined {
  if (changes.length === 0) return undefined;
  const rates = describeRateChange(
    { training: before.training, totalSteps: totalStepsOf(before, puzzles.train.metadata) },
    { training: after.training, totalSteps },
    step,
  );
  const isInexact = ({ effect }: ConfigChange) =>
    effect === 'learning' ||
    effect === 'fixed' ||
    (effect === 'length' && (rates !== undefined || isProgressive(model.schedule)));
  const inexact = changes.filter(isInexact).map(({ key }) => key);
  const continues = isAsBefore ? 'It continues' : 'Apart from the differences above, it continues';
  const exactness =
    inexact.length > 0
      ? `It continues, but differs from a run begun with these values: ${inexact.join(', ')} changed on the way.`
      : changes.some(({ effect }) => effect === 'rounding')
        ? `${continues} like a run begun with these values, within rounding.`
        : `${continues} exactly like a run begun with these values.`;
  return [`Changed: ${describeChanges(changes, ['was', 'now'])}. ${exactness}`, ...(rates ? [rates] : [])].join('\n');
}
