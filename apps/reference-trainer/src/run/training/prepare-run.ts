import {
  trainingBatches,
  PuzzleDatasetError,
  type Augmentation,
  type PuzzleDataset,
  type PuzzleSet,
  type Task,
} from '@hrm/data';
import type { Communicator } from '@hrm/distributed';
import { setParameterValues, type RecursiveReasoner } from '@hrm/models';
import type { Trainer } from '@hrm/trainer';
import type { RunConfig } from '../../config/run-config';
import type { Engine } from '../../engine/engine';
import { UsageError } from '../../command-line/usage-error';
import { counted } from '../../terminal/counted';
import { augmentationsOf, buildRunModel, buildTrainer, totalStepsOf } from '../building/build-run';
import { expectShares } from '../../ranks/expect-shares';
import { makeTask } from '../parts/make-part';
import type { RunCatalog } from '../parts/run-catalog';
import type { PuzzleSizes } from '../puzzles/puzzle-sizes';
import { describeUnseen, fitIdentifiers, identifierNames, type Identifiers } from '../puzzles/identifier-names';
import { expectPuzzlesOfModel } from '../puzzles/puzzles-of-model';
import { countPuzzles, hasLabels, preparePuzzles, type RunPuzzles } from '../puzzles/run-puzzles';
import { startingWeights, type SourceRun, type StartingWeights } from './source-run';

/** Everything that a run trains with, made and checked. */
export interface PreparedRun {
  task: Task;
  puzzles: RunPuzzles;
  /** Sizes that the model is made for. */
  sizes: PuzzleSizes;
  /** Changes to training puzzles as they are drawn. */
  augment: readonly Augmentation[];
  model: RecursiveReasoner;
  trainer: Trainer;
  /** Steps of the whole run, at least 1. */
  totalSteps: number;
  /** The puzzle identifiers that the model has vectors for, if it has a puzzle embedding. */
  identifiers: Identifiers;
  /** The run whose weights it begins with: its identifiers, and how many of them are new. */
  start: Omit<StartingWeights, 'values'> | undefined;
}

/** Options of {@link prepareRun}. */
interface PrepareRunOptions {
  /** The folder of its puzzles; undefined if they are generated. */
  data: string | undefined;
  /** For a run that is resumed: the sizes and identifiers that its model is made for. */
  made?: { sizes: PuzzleSizes; identifiers: Identifiers } | undefined;
  /** The run whose weights it begins with. */
  from?: SourceRun | undefined;
  engine: Engine;
  parts: RunCatalog;
  /** The ranks that train together. Default: one process. */
  communicator?: Communicator | undefined;
}

/**
 * Makes everything that a run trains with, and checks that config, puzzles and sizes fit together. It writes nothing,
 * so that a wrong command can be corrected and repeated.
 *
 * @throws UsageError naming the key or option.
 */
export async function prepareRun(
  config: RunConfig,
  { data, made, from, engine, parts, communicator }: PrepareRunOptions,
): Promise<PreparedRun> {
  const task = makeTask(config, parts);
  expectShares(config, communicator);
  let puzzles = await preparePuzzles(config, data, task);
  const totalSteps = expectSteps(config, puzzles);
  const augment = augmentationsOf(config, task, parts);
  expectBatches(config, puzzles, augment);
  const count = puzzles.train.metadata.numPuzzleIdentifiers;
  const given: Identifiers = { count, names: await identifierNames(data, count) };
  const start = from && startingWeights(from, given);
  const identifiers = made?.identifiers ?? start?.identifiers ?? given;
  const sizes = made?.sizes ?? {
    ...puzzles.train.metadata,
    numPuzzleIdentifiers: identifiers.count,
    ...(task.grid && { grid: task.grid }),
  };
  const model = buildRunModel(config, sizes, parts);
  try {
    for (const split of [puzzles.train, puzzles.test]) expectPuzzlesOfModel(split, model);
    if (model.puzzleTable) puzzles = await fittedPuzzles(puzzles, data, identifiers);
    if (start) beginWith(start, model);
    const trainer = buildTrainer(config, model, { totalSteps, ...engine, communicator }, parts);
    const known = start && { identifiers: start.identifiers, added: start.added };
    return { task, puzzles, sizes, identifiers, start: known, augment, model, trainer, totalSteps };
  } catch (error) {
    model.dispose();
    if (error instanceof RangeError || error instanceof TypeError) {
      throw new UsageError(`${config.name}: training: ${error.message}`);
    }
    throw error;
  }
}

/** The puzzles with the identifiers of the model. @throws UsageError if it has no vector for one of them. */
async function fittedPuzzles(
  { train, test }: RunPuzzles,
  data: string | undefined,
  known: Identifiers,
): Promise<RunPuzzles> {
  const fit = async (split: PuzzleDataset) => {
    const names = await identifierNames(data, split.metadata.numPuzzleIdentifiers);
    const { puzzles, unseen } = fitIdentifiers(split, names, known);
    if (unseen.length === 0) return puzzles;
    throw new UsageError(
      `--data: the run's model has no vector for ${describeUnseen(unseen)}; it has vectors for the identifiers of the ` +
        'puzzles that the run began with. To add vectors, begin a new run with --from',
    );
  };
  return { train: await fit(train), test: await fit(test) };
}

/** Gives a model the weights of another run. @throws UsageError if they do not fit. */
function beginWith({ values }: StartingWeights, model: RecursiveReasoner): void {
  try {
    setParameterValues(model, values);
  } catch (error) {
    throw new UsageError(`--from: ${(error as Error).message}`);
  }
}

function expectSteps(config: RunConfig, { train, test }: RunPuzzles): number {
  const { batchSize, epochs } = config.training;
  for (const [split, puzzles] of Object.entries({ train, test })) {
    if (countPuzzles(puzzles) === 0) throw new UsageError(`--data: the folder "${split}" holds no puzzles`);
    // The answers to the tests of a competition are not known. Its model trains on their demonstrations.
    if (!hasLabels(puzzles) && !(split === 'test' && config.task.kind === 'arc')) {
      throw new UsageError(
        `--data: no puzzle in the folder "${split}" has a label; expected an answer for each puzzle`,
      );
    }
  }
  const steps = totalStepsOf(config, train.metadata);
  if (steps >= 1) return steps;
  throw new UsageError(
    `training.epochs: ${counted(epochs ?? 0, 'epoch')} over ${counted(train.metadata.totalGroups, 'puzzle')} in batches of ` +
      `${batchSize} is less than one step; raise training.epochs, or lower training.batchSize`,
  );
}

/** The fewest examples that a pass over the set can give: it takes one puzzle of each group, at random. */
function leastExamples({ groupIndices, puzzleIndices }: PuzzleSet): number {
  let least = 0;
  for (let group = 0; group + 1 < groupIndices.length; group++) {
    let smallest = Infinity;
    for (let puzzle = groupIndices[group]!; puzzle < groupIndices[group + 1]!; puzzle++) {
      smallest = Math.min(smallest, puzzleIndices[puzzle + 1]! - puzzleIndices[puzzle]!);
    }
    least += smallest;
  }
  return least;
}

function expectBatches({ name, training }: RunConfig, { train }: RunPuzzles, augment: readonly Augmentation[]): void {
  const { batchSize, seed } = training;
  for (const set of train.metadata.sets) {
    const least = leastExamples(train.sets[set]!);
    if (least < batchSize) {
      throw new UsageError(
        `training.batchSize: a pass over the training puzzles (set "${set}") gives ${counted(least, 'example')}, less than a ` +
          `batch of ${batchSize}; lower it to at most ${least}, or give more puzzles`,
      );
    }
  }
  try {
    trainingBatches(train, { batchSize, seed, augment }).next();
  } catch (error) {
    if (error instanceof RangeError || error instanceof PuzzleDatasetError) {
      throw new UsageError(`${name}: training: ${error.message}`);
    }
    throw error;
  }
}
