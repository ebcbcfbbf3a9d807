import { checkRunConfig, type RunConfig } from '@hrm/cli/internal';
import { comparedBlocks, comparedSchedules, controllerOf, partOf } from './compared-parts';
import type { ComparedPuzzles } from './compared-puzzles';

/** One training run of a comparison. */
export interface ComparisonCell {
  puzzles: ComparedPuzzles;
  schedule: string;
  controller: string;
  block: string;
  seed: number;
}

/** What the models of a comparison can differ in. */
export const comparedAxes = ['schedule', 'controller', 'block'] as const;

export type ComparedAxis = (typeof comparedAxes)[number];

/** The block of comparisons that name none. */
export const USUAL_BLOCK = 'mixer';

/** `4x4, unrolled x ponder, seed 0`. */
export const describeCell = ({ puzzles, schedule, controller, block, seed }: ComparisonCell) =>
  `${puzzles.name}, ${schedule} x ${controller}${block === USUAL_BLOCK ? '' : ` x ${block}`}, seed ${seed}`;

/** The cells of a comparison, seed by seed, so that an interrupted one has whole seeds. */
export function comparisonCells(choice: {
  puzzles: readonly ComparedPuzzles[];
  schedules: readonly string[];
  controllers: readonly string[];
  blocks: readonly string[];
  seeds: number;
}): ComparisonCell[] {
  const seeds = Array.from({ length: choice.seeds }, (_, seed) => seed);
  return seeds.flatMap((seed) =>
    choice.puzzles.flatMap((puzzles) =>
      choice.blocks.flatMap((block) =>
        choice.schedules.flatMap((schedule) =>
          choice.controllers.map((controller) => ({ puzzles, schedule, controller, block, seed })),
        ),
      ),
    ),
  );
}

const HIDDEN_SIZE = 64;

/**
 * The config of a cell. Cells of the same puzzles differ only in their parts and the seed of weights, order and
 * exploration.
 *
 * @param options `steps`: in place of those of the puzzles; `augment`: whether the task has symmetries, default true.
 */
export function cellConfig(
  cell: ComparisonCell,
  { steps, augment = true }: { steps?: number | undefined; augment?: boolean } = {},
): RunConfig {
  const { puzzles, schedule, controller, block, seed } = cell;
  const { task, generate, imports } = puzzles;
  const config = {
    name: describeCell(cell),
    ...(imports && { imports }),
    task,
    ...(generate && { generate }),
    model: {
      family: 'hrm',
      hiddenSize: HIDDEN_SIZE,
      hLayers: 1,
      lLayers: 1,
      block: partOf(comparedBlocks, block),
      schedule: partOf(comparedSchedules, schedule),
      halting: controllerOf(controller),
      // A mixer has weights for each position.
      positions: block === 'mixer' ? 'none' : 'learned',
      puzzleEmbeddingSize: HIDDEN_SIZE,
    },
    training: {
      batchSize: 32,
      steps: steps ?? puzzles.steps,
      seed,
      learningRate: 1e-3,
      warmupSteps: 20,
      weightDecay: 0.1,
      puzzleLearningRate: 1e-3,
      puzzleWeightDecay: 0.1,
      emaDecay: 0.98,
      augment,
    },
  };
  return checkRunConfig(config, config.name);
}
