import type { RunConfigInput } from '../run-config';

/** A small model for small Sudoku, which trains on two cores. */
export const smallModel: RunConfigInput['model'] = {
  family: 'hrm',
  hiddenSize: 64,
  hLayers: 1,
  lLayers: 1,
  block: { type: 'mixer', expansion: 4 },
  schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
  // Without the discount, chance decides whether a puzzle that is surely right halts early.
  halting: { type: 'q-learning', maxSegments: 8, exploration: 0.1, discount: 0.95 },
  positions: 'none',
  puzzleEmbeddingSize: 64,
};

/** The training of {@link smallModel}. */
export const smallTraining: RunConfigInput['training'] = {
  batchSize: 64,
  steps: 1000,
  learningRate: 1e-3,
  warmupSteps: 100,
  weightDecay: 0.1,
  puzzleLearningRate: 1e-3,
  puzzleWeightDecay: 0.1,
  emaDecay: 0.98,
  augment: true,
};

/** Presets of a small model for Sudoku. */
export const smallPresets = {
  'sudoku-4x4-demo': {
    name: 'sudoku-4x4-demo',
    task: { kind: 'sudoku', size: 4 },
    generate: { train: 1000, test: 500, givens: [6, 8], seed: 0 },
    model: smallModel,
    training: {
      ...smallTraining,
      evaluateEvery: 50,
      stopAtExactAccuracy: 0.99,
      // When 99% are solved with all segments, about 94% are with halting; 100 steps later, 99% are.
      stopAtHaltedAccuracy: 0.99,
    },
  },
  'sudoku-6x6': {
    name: 'sudoku-6x6',
    task: { kind: 'sudoku', size: 6 },
    generate: { train: 1000, test: 300, givens: [14, 20], seed: 0 },
    model: { ...smallModel, hiddenSize: 96 },
    training: { ...smallTraining, evaluateEvery: 100 },
  },
} satisfies { [name: string]: RunConfigInput };
