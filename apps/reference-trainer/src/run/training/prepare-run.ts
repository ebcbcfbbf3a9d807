import { trainingBatches, PuzzleDatasetError, type PuzzleDataset, type PuzzleSet } from '@hrm/data';
import type { PartCatalog, RecursiveReasoner } from '@hrm/models';
import type { Trainer } from '@hrm/trainer';
import type { RunConfig } from '../../config/run-config';
import type { Engine } from '../../engine/engine';
import { UsageError } from '../../command-line/usage-error';
import { counted } from '../../terminal/counted';
import { buildRunModel, buildTrainer, totalStepsOf } from '../building/build-run';
import type { PuzzleSizes } from '../folder/run-folder';
import {
  countPuzzles,
  expectPuzzlesOfModel,
  preparePuzzles,
  runAugmentations,
  type RunPuzzles,
} from '../puzzles/run-puzzles';

/** Everything that a run trains with, made and checked. */
export interface PreparedRun {
  puzzles: RunPuzzles;
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
    sizes,
    engine,
    parts,
  }: { data: string | undefined; sizes?: PuzzleSizes | undefined; engine: Engine; parts: PartCatalog },
): Promise<PreparedRun> {
  const puzzles = await preparePuzzles(config, data);
  const totalSteps = expectSteps(config, puzzles);
  expectBatches(config, puzzles);
  const model = buildRunModel(config, sizes ?? puzzles.train.metadata, parts);
  try {
    for (const split of [puzzles.train, puzzles.test]) expectPuzzlesOfModel(split, model);
    return { puzzles, model, trainer: buildTrainer(config, model, { totalSteps, ...engine }), totalSteps };
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

function expectBatches({ name, task, training }: RunConfig, { train }: RunPuzzles): void {
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
    trainingBatches(train, { batchSize, seed, augment: runAugmentations({ task, training }) }).next();
  } catch (error) {
    if (error instanceof RangeError || error instanceof PuzzleDatasetError) {
      throw new UsageError(`${name}: training: ${error.message}`);
    }
    throw error;
  }
}
