import { isDeepStrictEqual } from 'node:util';
import { mkdirSync } from 'node:fs';
import { countParameters } from '@hrm/layers';
import type { RecursiveReasoner } from '@hrm/models';
import { RunLock } from '@hrm/trainer/checkpoint';
import { z } from 'zod';
import { loadRunConfig } from '../config/load-run-config';
import type { RunConfig } from '../config/run-config';
import { buildRunModel, buildTrainer, totalStepsOf } from '../run/build-run';
import {
  expectFreeFolder,
  holdsRun,
  puzzlesOfRun,
  readRunDescription,
  runPaths,
  writeRunDescription,
} from '../run/run-folder';
import { loadParts } from '../run/load-parts';
import { countPuzzles, preparePuzzles, writePuzzles } from '../run/run-puzzles';
import { runTraining, type TrainingResult, type TrainingRun } from '../run/run-training';
import { exitStatusOf } from '../run/stop-signals';
import { backendOptions, startEngine, type Engine } from '../terminal/backend-options';
import { Terminal } from '../terminal/terminal';
import { textOption } from '../terminal/text-option';
import { UsageError } from '../terminal/usage-error';

/** Options of `hrm train`. */
export const trainOptions = z.strictObject({
  ...backendOptions,
  data: textOption().optional(),
  out: textOption('expected a folder for the run'),
  seed: z.int().optional(),
  maxSteps: z.int().min(1).optional(),
  resume: z.boolean().default(false),
  set: z.union([z.string(), z.array(z.string())]).default([]),
});

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
  options: z.infer<typeof trainOptions>,
  terminal: Terminal,
): Promise<{ result: TrainingResult; config: RunConfig; engine: Engine; data: string }> {
  const config = loadRunConfig(nameOrPath, [options.set].flat());
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

/** `hrm train CONFIG --data DIR --out RUN`. */
export async function train(nameOrPath: string, options: z.infer<typeof trainOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const { result } = await trainRun(nameOrPath, options, terminal);
  const { evaluation, steps, seconds, samplesPerSecond, reachedGoal, stoppedBy } = result;
  if (evaluation) {
    terminal.say(
      `Held-out puzzles wholly right: ${(100 * evaluation.exactAccuracy).toFixed(1)}% of ${evaluation.count}.`,
    );
  }
  terminal.say(`Next: hrm eval --run ${options.out}, or hrm solve --run ${options.out} PUZZLE`);
  terminal.result({
    run: options.out,
    steps,
    seconds,
    samplesPerSecond,
    reachedGoal,
    exactAccuracy: evaluation?.exactAccuracy,
    accuracy: evaluation?.accuracy,
    meanSegments: evaluation?.meanSegments,
    count: evaluation?.count,
  });
  if (stoppedBy) process.exitCode = exitStatusOf(stoppedBy);
}
