import { checkRunConfig, type RunConfig } from '@hrm/reference-trainer/internal';

/** The schedules compared. Each makes six refinements per segment, counting f_L and f_H. */
export const comparedSchedules = {
  'one-step-gradient': { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
  'full-recursion': { type: 'full-recursion', hCycles: 2, lCycles: 2 },
  unrolled: { type: 'unrolled', hCycles: 2, lCycles: 2 },
  // Grows from two over three to six, at the shares of training of CGAR.
  progressive: {
    type: 'progressive',
    schedule: 'full-recursion',
    stages: [
      { from: 0, hCycles: 1, lCycles: 1 },
      { from: 0.3, hCycles: 1, lCycles: 2 },
      { from: 0.6, hCycles: 2, lCycles: 2 },
    ],
  },
  // Two sweeps of f_L and f_H for the search, and one that carries gradient.
  equilibrium: { type: 'equilibrium', iterations: 2 },
};

/** The controllers compared, with their default options. */
export const comparedControllers = {
  'q-learning': (maxSegments: number) => ({ type: 'q-learning', maxSegments }),
  'q-learning-halt': (maxSegments: number) => ({ type: 'q-learning', maxSegments, learnContinue: false }),
  'halt-only': (maxSegments: number) => ({ type: 'halt-only', maxSegments }),
  'fixed-steps': (maxSegments: number) => ({ type: 'fixed-steps', segments: maxSegments }),
  graves: (maxSegments: number) => ({ type: 'graves-act', maxSegments }),
  ponder: (maxSegments: number) => ({ type: 'ponder', maxSegments }),
  residual: (maxSegments: number) => ({ type: 'residual', maxSegments }),
  'unchanged-answer': (maxSegments: number) => ({ type: 'unchanged-answer', maxSegments }),
};

/** Everything that differs between the sizes. */
export const comparedSizes = {
  4: { hiddenSize: 64, steps: 140, givens: [6, 8] },
  6: { hiddenSize: 64, steps: 180, givens: [26, 30] },
} as const;

const MAX_SEGMENTS = 8;

/** One training run of a comparison. */
export interface ComparisonCell {
  size: keyof typeof comparedSizes;
  schedule: keyof typeof comparedSchedules;
  controller: keyof typeof comparedControllers;
  seed: number;
}

/** `4x4, unrolled x ponder, seed 0`. */
export const describeCell = ({ size, schedule, controller, seed }: ComparisonCell) =>
  `${size}x${size}, ${schedule} x ${controller}, seed ${seed}`;

/** The cells of a comparison, seed by seed, so that an interrupted one has whole seeds. */
export function comparisonCells(choice: {
  sizes: readonly ComparisonCell['size'][];
  schedules: readonly ComparisonCell['schedule'][];
  controllers: readonly ComparisonCell['controller'][];
  seeds: number;
}): ComparisonCell[] {
  const seeds = Array.from({ length: choice.seeds }, (_, seed) => seed);
  return seeds.flatMap((seed) =>
    choice.sizes.flatMap((size) =>
      choice.schedules.flatMap((schedule) =>
        choice.controllers.map((controller) => ({ size, schedule, controller, seed })),
      ),
    ),
  );
}

/**
 * The config of a cell. Cells of a size differ only in schedule, controller and the seed of weights, order and
 * exploration.
 */
export function cellConfig(cell: ComparisonCell, steps?: number): RunConfig {
  const { size, schedule, controller, seed } = cell;
  const { hiddenSize, givens, steps: usual } = comparedSizes[size];
  const config = {
    name: describeCell(cell),
    task: { kind: 'sudoku', size },
    generate: { train: 1000, test: 200, givens, seed: 0 },
    model: {
      family: 'hrm',
      hiddenSize,
      hLayers: 1,
      lLayers: 1,
      block: { type: 'mixer', expansion: 4 },
      schedule: comparedSchedules[schedule],
      halting: comparedControllers[controller](MAX_SEGMENTS),
      positions: 'none',
      puzzleEmbeddingSize: hiddenSize,
    },
    training: {
      batchSize: 32,
      steps: steps ?? usual,
      seed,
      learningRate: 1e-3,
      warmupSteps: 20,
      weightDecay: 0.1,
      puzzleLearningRate: 1e-3,
      puzzleWeightDecay: 0.1,
      emaDecay: 0.98,
      augment: true,
    },
  };
  return checkRunConfig(config, config.name);
}
