import type { RunConfigInput } from '../run-config';

/** The model of the paper, with 27M parameters. Source: official HRM, `config/arch/hrm_v1.yaml`. */
const officialModel: RunConfigInput['model'] = {
  family: 'hrm',
  hiddenSize: 512,
  hLayers: 4,
  lLayers: 4,
  block: { type: 'attention', heads: 8, expansion: 4 },
  schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
  halting: { type: 'q-learning', maxSegments: 16, exploration: 0.1 },
  positions: 'rope',
  puzzleEmbeddingSize: 512,
};

/**
 * The official training. Source: official HRM, README ("Sudoku-Extreme 1k", "Maze-Hard 1k") and
 * `config/cfg_pretrain.yaml`.
 */
const officialTraining: RunConfigInput['training'] = {
  batchSize: 768,
  epochs: 20_000,
  learningRate: 1e-4,
  warmupSteps: 2000,
  minRatio: 1,
  weightDecay: 1,
  puzzleLearningRate: 1e-4,
  puzzleWeightDecay: 1,
  beta1: 0.9,
  beta2: 0.95,
  evaluateEvery: 2000,
};

/** The runs of the paper. They need `--data`. */
export const officialPresets = {
  /** ARC-AGI with 1,000 augmentations. Source: official HRM, `config/cfg_pretrain.yaml`. */
  arc: {
    name: 'arc',
    task: { kind: 'arc' },
    model: officialModel,
    training: {
      ...officialTraining,
      epochs: 100_000,
      weightDecay: 0.1,
      puzzleLearningRate: 1e-2,
      puzzleWeightDecay: 0.1,
      evaluateEvery: 10_000,
    },
  },
  'sudoku-extreme-1k': {
    name: 'sudoku-extreme-1k',
    task: { kind: 'sudoku', size: 9 },
    model: officialModel,
    training: officialTraining,
  },
  'maze-30x30-hard': {
    name: 'maze-30x30-hard',
    task: { kind: 'maze', width: 30, height: 30 },
    model: officialModel,
    training: officialTraining,
  },
} satisfies { [name: string]: RunConfigInput };
