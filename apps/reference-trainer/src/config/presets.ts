import type { RunConfigInput } from './run-config';

/** The model of the paper: 27M parameters. Source: official HRM, `config/arch/hrm_v1.yaml`. */
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

/** The official training. Source: official HRM, README ("Sudoku-Extreme 1k", "Maze-Hard 1k") and `config/cfg_pretrain.yaml`. */
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

/** A small model that learns small Sudoku on two cores. */
const smallModel: RunConfigInput['model'] = {
  family: 'hrm',
  hiddenSize: 64,
  hLayers: 1,
  lLayers: 1,
  block: { type: 'mixer', expansion: 4 },
  schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
  // Without the discount, what is surely right halts by chance: after one segment, or after all.
  halting: { type: 'q-learning', maxSegments: 8, exploration: 0.1, discount: 0.95 },
  positions: 'none',
  puzzleEmbeddingSize: 64,
};

/** Its training. */
const smallTraining: RunConfigInput['training'] = {
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

/**
 * A model that knows the rows, columns and boxes of Sudoku. Nothing else tells its cells apart, so that what it learns of one
 * holds for all; it has 63,000 parameters.
 */
const graphModel = (size: number, boxRows: number, maxSegments: number): RunConfigInput['model'] => ({
  family: 'trm',
  hiddenSize: 64,
  lLayers: 1,
  block: {
    type: 'graph-attention',
    relations: ['row', 'column', 'box'],
    grid: { rows: size, columns: size, boxRows, boxColumns: size / boxRows },
    expansion: 2,
  },
  schedule: { type: 'full-recursion', hCycles: 1, lCycles: 3 },
  halting: { type: 'halt-only', maxSegments },
  positions: 'none',
  // A position of its own, from which the halting head reads.
  puzzleEmbeddingSize: 64,
});

/** Its training. */
const graphTraining: RunConfigInput['training'] = {
  ...smallTraining,
  optimizer: 'muon',
  learningRate: 3e-3,
  minRatio: 0.1,
  emaDecay: 0.995,
};

/** What each preset is, in a line, for the help. */
export const presetSummaries: { readonly [name in keyof typeof presets]: string } = {
  'sudoku-4x4-demo': 'the main job: learns 4x4 Sudoku in about a minute, from puzzles that it generates',
  'sudoku-6x6': '6x6 Sudoku in a few minutes, from puzzles that it generates: some 96% of held-out ones',
  'sudoku-4x4-graph': '4x4 Sudoku in under a minute, by attention along rows, columns and boxes: all held-out ones',
  'sudoku-6x6-graph': '6x6 Sudoku in two minutes, by attention along rows, columns and boxes: 99% of held-out ones',
  'sudoku-extreme-1k': "the paper's 27M model on 1,000 puzzles of Sudoku-Extreme; give --data",
  'maze-30x30-hard': "the paper's 27M model on 1,000 mazes of 30x30; give --data",
};

/** Runs by name: `hrm train NAME`. */
export const presets = {
  /** The main job: learns 4x4 Sudoku, and when to stop, in about a minute. */
  'sudoku-4x4-demo': {
    name: 'sudoku-4x4-demo',
    task: { kind: 'sudoku', size: 4 },
    generate: { train: 1000, test: 500, givens: [6, 8], seed: 0 },
    model: smallModel,
    training: {
      ...smallTraining,
      evaluateEvery: 50,
      stopAtExactAccuracy: 0.99,
      // At 99% with all segments run, the answer after one segment is right for some 94%; 100 steps later for 99%.
      stopAtHaltedAccuracy: 0.99,
    },
  },
  /** 6x6 Sudoku, learned in a few minutes. */
  'sudoku-6x6': {
    name: 'sudoku-6x6',
    task: { kind: 'sudoku', size: 6 },
    generate: { train: 1000, test: 300, givens: [14, 20], seed: 0 },
    model: { ...smallModel, hiddenSize: 96 },
    training: { ...smallTraining, evaluateEvery: 100 },
  },
  /** 4x4 Sudoku of all difficulties, learned whole. */
  'sudoku-4x4-graph': {
    name: 'sudoku-4x4-graph',
    task: { kind: 'sudoku', size: 4 },
    generate: { train: 4000, test: 1000, givens: [4, 10], seed: 0 },
    model: graphModel(4, 2, 8),
    training: { ...graphTraining, steps: 600, emaDecay: 0.99, evaluateEvery: 200 },
  },
  /** 6x6 Sudoku of all difficulties. */
  'sudoku-6x6-graph': {
    name: 'sudoku-6x6-graph',
    task: { kind: 'sudoku', size: 6 },
    generate: { train: 10_000, test: 1000, givens: [9, 20], seed: 0 },
    model: graphModel(6, 2, 12),
    training: { ...graphTraining, steps: 2500, evaluateEvery: 500 },
  },
  /** Sudoku-Extreme, 1,000 puzzles for training, each with 1,000 augmentations: give `--data`. */
  'sudoku-extreme-1k': {
    name: 'sudoku-extreme-1k',
    task: { kind: 'sudoku', size: 9 },
    model: officialModel,
    training: officialTraining,
  },
  /** Maze-Hard of 30x30, 1,000 mazes for training: give `--data`. */
  'maze-30x30-hard': {
    name: 'maze-30x30-hard',
    task: { kind: 'maze', width: 30, height: 30 },
    model: officialModel,
    training: officialTraining,
  },
} satisfies { [name: string]: RunConfigInput };
