import type { RunConfigInput } from '../run-config';

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

/** Presets of gated cells for mazes. */
export const cellularPresets = {
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
} satisfies { [name: string]: RunConfigInput };
