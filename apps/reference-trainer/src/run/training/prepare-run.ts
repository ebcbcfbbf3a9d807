import {
  trainingBatches,
  PuzzleDatasetError,
  type Augmentation,
  type PuzzleDataset,
  type PuzzleSet,
  type Task,
} from '@hrm/data';
import type { RecursiveReasoner } from '@hrm/models';
import type { Trainer } from '@hrm/trainer';
import type { RunConfig } from '../../config/run-config';
import type { Engine } from '../../engine/engine';
import { UsageError } from '../../command-line/usage-error';
import { counted } from '../../terminal/counted';
import { augmentationsOf, buildRunModel, buildTrainer, totalStepsOf } from '../building/build-run';
import { makeTask } from '../parts/make-part';
import type { RunCatalog } from '../parts/run-catalog';
import type { PuzzleSizes } from '../puzzles/puzzle-sizes';
import { countPuzzles, expectPuzzlesOfModel, preparePuzzles, type RunPuzzles } from '../puzzles/run-puzzles';

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
}

/**
 * Makes everything that a run trains with, and checks that config, puzzles and sizes fit together. It writes nothing,
 * so that a wrong command can be corrected and repeated.
 *
 * @param options `data`: the folder of its puzzles; undefined if they are generated. `sizes`: the sizes that its
 *   model is made for; default those of the training puzzles.
 * @throws UsageError naming the key or option.
 */
export async function prepareRun(
  config: RunConfig,
  {
    data,
    sizes: sizesBefore,
    engine,
    parts,
  }: { data: string | undefined; sizes?: PuzzleSizes | undefined; engine: Engine; parts: RunCatalog },
): Promise<PreparedRun> {
  const task = makeTask(config, parts);
  const puzzles = await preparePuzzles(config, data, task);
  const totalSteps = expectSteps(config, puzzles);
  const augment = augmentationsOf(config, task, parts);
  expectBatches(config, puzzles, augment);
  const sizes = sizesBefore ?? { ...puzzles.train.metadata, ...(task.grid && { grid: task.grid }) };
  const model = buildRunModel(config, sizes, parts);
  try {
    for (const split of [puzzles.train, puzzles.test]) expectPuzzlesOfModel(split, model);
    const trainer = buildTrainer(config, model, { totalSteps, ...engine }, parts);
    return { task, puzzles, sizes, augment, model, trainer, totalSteps };
  } catch (error) {
    model.dispose();
    if (error instanceof RangeError || error instanceof TypeError) {
      throw new UsageError(`${config.name}: training: ${error.message}`);
    }
    throw error;
  }
}

function expectSteps(config: RunConfig, { train, test }: RunPuzzles): number {
  const { batchSize, epochs } = config.training;
  for (const [split, puzzles] of Object.entries({ train, test })) {
    if (countPuzzles(puzzles) === 0) throw new UsageError(`--data: the folder "${split}" holds no puzzles`);
    if (!hasLabels(puzzles)) {
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

/** Whether any cell has a label. */
function hasLabels({ metadata: { ignoreLabelId }, sets }: PuzzleDataset): boolean {
  return Object.values(sets).some(({ labels }) => labels.some((label) => label !== ignoreLabelId));
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
