import { isDeepStrictEqual } from 'node:util';
import { mkdirSync } from 'node:fs';
import { countParameters } from '@hrm/layers';
import type { RecursiveReasoner } from '@hrm/models';
import { RunLock } from '@hrm/trainer/checkpoint';
import { loadRunConfig } from '../config/load-run-config';
import type { RunConfig } from '../config/run-config';
import { buildRunModel, buildTrainer, totalStepsOf } from './build-run';
import {
  expectFreeFolder,
  holdsRun,
  puzzlesOfRun,
  readRunDescription,
  runPaths,
  writeRunDescription,
} from './run-folder';
import { loadParts } from './load-parts';
import { countPuzzles, preparePuzzles, writePuzzles } from './run-puzzles';
import { runTraining, type TrainingResult, type TrainingRun } from './run-training';
import { startEngine, type Engine, type EngineOptions } from '../terminal/backend-options';
import type { Terminal } from '../terminal/terminal';
import { UsageError } from '../terminal/usage-error';

/** Where a run is trained, on what, and how far. */
export interface TrainRunOptions extends EngineOptions {
  /** Folder of the puzzles; by default those that the run generates. */
  data?: string | undefined;
  /** Folder of the run. */
  out: string;
  /** In place of the config's. */
  seed?: number | undefined;
  maxSteps?: number | undefined;
  /** Goes on with the run in `out`, if there is one. */
  resume: boolean;
  /** Overrides of the config, such as `training.learningRate=1e-3`. */
  set?: readonly string[];
}

/** Parts of a config that a run cannot change on the way. */
const fixed = ({ task, model, training }: RunConfig) => ({
  task,
  model,
  batchSize: training.batchSize,
  segmentsPerUpdate: training.segmentsPerUpdate ?? 1,
  seed: training.seed,
  averaged: training.emaDecay !== undefined,
  optimizer: training.optimizer,
});

/** Trains a run, new or begun. Both `hrm train` and the main job are this. */
export async function trainRun(
  nameOrPath: string,
  options: TrainRunOptions,
  terminal: Terminal,
): Promise<{ result: TrainingResult; config: RunConfig; engine: Engine; data: string }> {
  const config = loadRunConfig(nameOrPath, options.set);
  if (options.seed !== undefined) config.training.seed = options.seed;
  const run = options.out;
  const goesOn = options.resume && holdsRun(run);
  if (goesOn) {
    const { config: before } = readRunDescription(run);
    if (!isDeepStrictEqual(fixed(before), fixed(config))) {
      throw new UsageError(
        `--resume: the run in ${run} was begun with another task, model, batch size, segments an update, seed, optimizer or averaging; ` +
          'give the config and seed it was begun with, or choose another --out',
      );
    }
  } else expectFreeFolder(run);
  const parts = await loadParts(config);
  const engine = await startEngine(terminal, options);
  const folder = options.data ?? (goesOn ? puzzlesOfRun(run) : undefined);
  const puzzles = await preparePuzzles(config, folder);
  const model = buildRunModel(config, puzzles.train.metadata, parts);
  // All that a config can get wrong has been tried: only now is anything written.
  mkdirSync(run, { recursive: true });
  const lock = await RunLock.acquire(run);
  try {
    // Another process may have begun a run here meanwhile.
    if (!goesOn) expectFreeFolder(run);
    const data = folder ?? runPaths(run).data;
    const { seqLen, vocabSize, numPuzzleIdentifiers } = puzzles.train.metadata;
    await writeRunDescription(run, { config, data, puzzles: { seqLen, vocabSize, numPuzzleIdentifiers } });
    if (folder === undefined) await writePuzzles(data, puzzles, { overwrite: true });
    const training = { run, config, puzzles, model, engine, resume: goesOn, terminal };
    const result = await trainModel(training, options.maxSteps);
    return { result, config, engine, data };
  } finally {
    await lock.release();
  }
}

/** Trains in a folder that is locked. */
async function trainModel(
  {
    model,
    engine,
    ...training
  }: Omit<TrainingRun, 'trainer' | 'lastStep'> & { model: RecursiveReasoner; engine: Engine },
  maxSteps = Infinity,
): Promise<TrainingResult> {
  const { run, config, puzzles, terminal } = training;
  const totalSteps = totalStepsOf(config, puzzles.train.metadata);
  const lastStep = Math.min(totalSteps, maxSteps);
  const trainer = buildTrainer(config, model, { totalSteps, ...engine });
  terminal.say(
    `${config.name}: ${countParameters(model).toLocaleString('en')} parameters, ` +
      `${countPuzzles(puzzles.train).toLocaleString('en')} puzzles to learn from, ${countPuzzles(puzzles.test).toLocaleString('en')} held out, ` +
      `up to ${lastStep.toLocaleString('en')} steps of ${config.training.batchSize}. Files: ${run}`,
  );
  const result = await runTraining({ ...training, trainer, lastStep });
  trainer.dispose();
  model.dispose();
  return result;
}
