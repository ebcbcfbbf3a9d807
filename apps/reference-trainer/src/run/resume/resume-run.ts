import { weightsFromOfficial } from '@hrm/models';
import { expectModelSizes } from '@hrm/models/internal';
import { CheckpointStore, RunLock, type Checkpoint } from '@hrm/trainer/checkpoint';
import { UsageError } from '../../command-line/usage-error';
import { configChanges } from '../../config/config-changes';
import type { RunConfig } from '../../config/run-config';
import { startEngine } from '../../engine/engine';
import { recordedProducts } from '../../engine/precision';
import { isFirstRank } from '../../ranks/agree';
import { expectEqualRanks } from '../../ranks/equal-ranks';
import { noStore } from '../../ranks/files-of-other-ranks';
import type { Terminal } from '../../terminal/terminal';
import { modelConfigOf } from '../building/build-run';
import { expectCheckpointOf } from '../checkpoint/resume-point';
import { readRunProgress } from '../checkpoint/run-progress';
import { identifiersOfRun } from '../folder/identifiers-of-run';
import { expectOwnPuzzlesFolder, puzzlesOfRun, readRunDescription, writeRunDescription } from '../folder/run-folder';
import { loadParts } from '../parts/load-parts';
import type { PuzzleSizes } from '../puzzles/puzzle-sizes';
import { writeMissingPuzzles } from '../puzzles/run-puzzles';
import type { RunOptions } from '../training/begin-run';
import { factsOf } from '../training/facts-of-run';
import { prepareRun } from '../training/prepare-run';
import type { ResumedProgress } from '../training/run-writer';
import { trainPrepared, type TrainedRun } from '../training/train-prepared';
import { expectChangeable } from './expect-changeable';
import { restoreRun } from './restore-run';

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
      const restored = { run, data, before: before.config, config, changes, prepared, engine, communicator };
      resumed = await restoreRun(saved, progress, restored, terminal);
      // Its tensors are in the trainer now. Training needs the memory.
      saved = undefined;
    } else terminal.say('There is no checkpoint yet: starting at step 0.');

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

/** Makes sure that a checkpoint's weights are those of a model. @throws FileFormatError */
function expectWeightsOf({ files, path }: Checkpoint, config: RunConfig, sizes: PuzzleSizes): void {
  const weights = weightsFromOfficial(files['weights'] ?? new Map<never, never>());
  expectModelSizes(modelConfigOf(config, sizes), weights, { path, hasOwnParts: config.imports !== undefined });
}
