import type { RunConfigInput } from '../run-config';
import { sudokusOf4, sudokusOf6 } from './sudoku-puzzles';

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

/** Presets with a position for each cell and digit of Sudoku. */
export const candidatesPresets = {
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
      // As in `smallModel`, halting without a discount is too early for one puzzle in six.
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
} satisfies { [name: string]: RunConfigInput };
