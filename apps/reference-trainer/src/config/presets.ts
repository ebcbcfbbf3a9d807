import type { RunConfigInput } from './run-config';

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

/** A small model for small Sudoku, which trains on two cores. */
const smallModel: RunConfigInput['model'] = {
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
 * A model that attends along rows, columns and boxes of Sudoku. Without positions, it treats all cells alike; it has 63,000
 * parameters.
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
  // One more position, which the halting head reads.
  puzzleEmbeddingSize: 64,
});

/** The training of {@link graphModel}. */
const graphTraining: RunConfigInput['training'] = {
  ...smallTraining,
  optimizer: 'muon',
  learningRate: 3e-3,
  minRatio: 0.1,
  emaDecay: 0.995,
};

/**
 * A model with a position for each cell and digit, which knows all symmetries of Sudoku. It has 7,000 parameters at a
 * width of 32, and 29,000 at 64.
 */
const candidatesModel = (size: number, boxRows: number, hiddenSize: number): RunConfigInput['model'] => ({
  family: 'trm',
  hiddenSize,
  lLayers: 1,
  block: {
    type: 'pooling',
    // Band, row in it, stack, column in it, digit; cells, rows, columns and boxes.
    axes: [size / boxRows, boxRows, boxRows, size / boxRows, size],
    pools: [[4], [2, 3], [0, 1], [1, 3]],
    messageSize: hiddenSize / 2,
    innerSize: hiddenSize,
  },
  schedule: { type: 'full-recursion', hCycles: 1, lCycles: 3 },
  halting: { type: 'halt-only', maxSegments: size === 9 ? 16 : 2 * size, reads: 'mean' },
  positions: 'none',
  candidates: { first: 2, count: size },
});

/** The training of {@link candidatesModel}. */
const candidatesTraining: RunConfigInput['training'] = {
  batchSize: 64,
  optimizer: 'muon',
  learningRate: 3e-3,
  warmupSteps: 20,
  minRatio: 0.1,
  weightDecay: 0.1,
  augment: true,
};

/**
 * A model of gated cells that see their four neighbours, for mazes of any size. A maze needs about as many applications as
 * its path has steps.
 *
 * @param steady whether the cells see the puzzle apart from what they hold, and learn with noise, so that they hold it for
 *   longer. It then has 29,000 parameters, else 22,000.
 */
const cellularModel = (applications: number, segments: number, { steady = false } = {}): RunConfigInput['model'] => ({
  family: 'trm',
  hiddenSize: 48,
  lLayers: 1,
  block: { type: 'cellular', messageSize: 12, innerSize: 72, ...(steady && { input: 'apart' }) },
  schedule: { type: 'recall', applications, ...(steady && { noise: 0.3 }) },
  // A halting head disturbs the cells.
  halting: { type: 'fixed-steps', segments },
  positions: 'none',
});

/** The training of {@link cellularModel}. */
const cellularTraining: RunConfigInput['training'] = {
  batchSize: 64,
  optimizer: 'muon',
  learningRate: 3e-3,
  warmupSteps: 50,
  minRatio: 0.05,
  weightDecay: 0.1,
  clipNorm: 1,
  tokenLoss: 'softmax',
  emaDecay: 0.99,
  augment: true,
};

/** Sudoku of 4x4, of all difficulties. */
const sudokusOf4 = {
  task: { kind: 'sudoku', size: 4 },
  generate: { train: 4000, test: 1000, givens: [4, 10], seed: 0 },
} satisfies Partial<RunConfigInput>;

/** Sudoku of 6x6, of all difficulties. */
const sudokusOf6 = {
  task: { kind: 'sudoku', size: 6 },
  generate: { train: 10_000, test: 1000, givens: [9, 20], seed: 0 },
} satisfies Partial<RunConfigInput>;

/** Mazes of 8x8, of all difficulties. */
const mazesOf8 = {
  task: { kind: 'maze', width: 8, height: 8 },
  generate: { train: 40_000, test: 500, minPathLength: [1, 18], seed: 1 },
} satisfies Partial<RunConfigInput>;

/** Mazes of 16x16, of all difficulties. */
const mazesOf16 = {
  task: { kind: 'maze', width: 16, height: 16 },
  generate: { train: 40_000, test: 300, minPathLength: [1, 50], seed: 1 },
} satisfies Partial<RunConfigInput>;

/** One line on each preset, for the help. */
export const presetSummaries: { readonly [name in keyof typeof presets]: string } = {
  'sudoku-4x4-demo': 'learns 4x4 Sudoku in about a minute, from generated puzzles',
  'sudoku-6x6': 'learns 6x6 Sudoku in a few minutes, from generated puzzles; solves about 96% of held-out ones',
  'sudoku-4x4-graph':
    'learns 4x4 Sudoku in under a minute, by attention along rows, columns and boxes; solves all held-out ones',
  'sudoku-6x6-graph':
    'learns 6x6 Sudoku in two minutes, by attention along rows, columns and boxes; solves 99% of held-out ones',
  'sudoku-4x4-candidates':
    'learns 4x4 Sudoku in seconds, with a position for each cell and digit; solves 99% of held-out ones',
  'sudoku-6x6-candidates':
    'learns 6x6 Sudoku in about a minute, like sudoku-4x4-candidates; solves 99% of held-out ones',
  'sudoku-9x9-candidates':
    'learns hard 9x9 Sudoku in hours, like sudoku-4x4-candidates; give --data, such as `hrm data generate --like` makes',
  'maze-8x8-cellular': 'learns mazes of 8x8 in a few minutes, by gated cells; its weights also fit larger mazes',
  'maze-16x16-cellular': 'learns mazes of 16x16; give --from, a run of maze-8x8-cellular',
  'maze-8x8-steady': 'as maze-8x8-cellular, with cells that hold what they know for longer',
  'maze-16x16-steady': 'learns mazes of 16x16 and solves larger ones; give --from, a run of maze-8x8-steady',
  sequences: 'a small transformer for the puzzles of --data, whatever they are, if the folder has a task.json',
  'sequences-trm':
    "the same in TRM's form, trained with Muon: learns more in as many steps, each of which takes longer",
  arc: "the paper's 27M model on ARC-AGI; give --data, made by `hrm data import --task arc`",
  'sudoku-extreme-1k': "the paper's 27M model on 1,000 puzzles of Sudoku-Extreme; give --data",
  'maze-30x30-hard': "the paper's 27M model on 1,000 mazes of 30x30; give --data",
};

/** Configs by name: `hrm train NAME`. What each is for: {@link presetSummaries}. */
export const presets = {
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
  'sudoku-4x4-graph': {
    name: 'sudoku-4x4-graph',
    ...sudokusOf4,
    model: graphModel(4, 2, 8),
    training: { ...graphTraining, steps: 600, emaDecay: 0.99, evaluateEvery: 200 },
  },
  'sudoku-6x6-graph': {
    name: 'sudoku-6x6-graph',
    ...sudokusOf6,
    model: graphModel(6, 2, 12),
    training: { ...graphTraining, steps: 2500, evaluateEvery: 500 },
  },
  'sudoku-4x4-candidates': {
    name: 'sudoku-4x4-candidates',
    ...sudokusOf4,
    model: candidatesModel(4, 2, 32),
    training: { ...candidatesTraining, steps: 300, emaDecay: 0.98, evaluateEvery: 100 },
  },
  'sudoku-6x6-candidates': {
    name: 'sudoku-6x6-candidates',
    ...sudokusOf6,
    model: {
      ...candidatesModel(6, 2, 48),
      // Like `smallModel`: halting without a discount is too early for one puzzle in six.
      halting: { type: 'q-learning', maxSegments: 12, exploration: 0.1, discount: 0.95, reads: 'mean' },
    },
    training: { ...candidatesTraining, steps: 600, emaDecay: 0.99, evaluateEvery: 200 },
  },
  'sudoku-9x9-candidates': {
    name: 'sudoku-9x9-candidates',
    task: { kind: 'sudoku', size: 9 },
    model: candidatesModel(9, 3, 64),
    training: {
      ...candidatesTraining,
      batchSize: 128,
      steps: 20_000,
      warmupSteps: 100,
      emaDecay: 0.999,
      evaluateEvery: 500,
    },
  },
  'maze-8x8-cellular': {
    name: 'maze-8x8-cellular',
    ...mazesOf8,
    model: cellularModel(10, 3),
    training: { ...cellularTraining, steps: 1500, evaluateEvery: 250 },
  },
  'maze-16x16-cellular': {
    name: 'maze-16x16-cellular',
    ...mazesOf16,
    model: cellularModel(12, 8),
    training: { ...cellularTraining, batchSize: 32, learningRate: 1e-3, steps: 1500, evaluateEvery: 150 },
  },
  'maze-8x8-steady': {
    name: 'maze-8x8-steady',
    ...mazesOf8,
    model: cellularModel(10, 3, { steady: true }),
    training: { ...cellularTraining, steps: 1000, evaluateEvery: 250 },
  },
  'maze-16x16-steady': {
    name: 'maze-16x16-steady',
    ...mazesOf16,
    model: cellularModel(12, 8, { steady: true }),
    training: { ...cellularTraining, batchSize: 32, learningRate: 1e-3, steps: 3000, evaluateEvery: 500 },
  },
  sequences: {
    name: 'sequences',
    model: {
      ...smallModel,
      hiddenSize: 128,
      block: { type: 'attention', heads: 4, expansion: 4 },
      positions: 'learned',
    },
    training: { ...smallTraining, steps: 2000, emaDecay: 0.99, augment: false, evaluateEvery: 500 },
  },
  'sequences-trm': {
    name: 'sequences-trm',
    model: {
      family: 'trm',
      hiddenSize: 96,
      lLayers: 2,
      block: { type: 'attention', heads: 4, expansion: 4 },
      schedule: { type: 'full-recursion', hCycles: 1, lCycles: 3 },
      halting: { type: 'halt-only', maxSegments: 6 },
      puzzleEmbeddingSize: 96,
    },
    training: { ...graphTraining, warmupSteps: 20, augment: false, evaluateEvery: 500 },
  },
  /** ARC-AGI with 1,000 augmentations: needs `--data`. Source: official HRM, `config/cfg_pretrain.yaml`. */
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
