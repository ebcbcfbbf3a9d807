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

/** All that a run trains with, made and checked. */
export interface PreparedRun {
  puzzles: RunPuzzles;
  model: RecursiveReasoner;
  trainer: Trainer;
  /** Steps of the whole run, at least 1. */
  totalSteps: number;
}

/**
 * Makes what a run trains with, and tries all that its config, its puzzles and their sizes can get wrong together. Nothing is
 * written, so that the command can be put right and given again.
 *
 * @param options `data`: the folder of its puzzles; undefined where they are generated. `sizes`: what its model is made for;
 *   default what the training puzzles need.
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
        `--data: no puzzle in the folder "${split}" has a label, expected the answers beside the puzzles`,
      );
    }
  }
  const steps = totalStepsOf(config, train.metadata);
  if (steps >= 1) return steps;
  throw new UsageError(
    `training.epochs: ${counted(epochs ?? 0, 'epoch')} over ${counted(train.metadata.totalGroups, 'puzzle')} in batches of ` +
      `${batchSize} is not one step; raise training.epochs, or lower training.batchSize`,
  );
}

/** Whether any cell has a label: what a model learns from, and is compared with. */
function hasLabels({ metadata: { ignoreLabelId }, sets }: PuzzleDataset): boolean {
  return Object.values(sets).some(({ labels }) => labels.some((label) => label !== ignoreLabelId));
}

/** Examples that a pass over the set gives at the least: of each group one puzzle, whichever comes. */
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
