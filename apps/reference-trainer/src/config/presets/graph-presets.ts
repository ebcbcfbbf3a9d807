import type { RunConfigInput } from '../run-config';
import { smallTraining } from './small-presets';
import { sudokusOf4, sudokusOf6 } from './sudoku-puzzles';

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
export const graphTraining: RunConfigInput['training'] = {
  ...smallTraining,
  optimizer: 'muon',
  learningRate: 3e-3,
  minRatio: 0.1,
  emaDecay: 0.995,
};

/** Presets of attention along the rows, columns and boxes of Sudoku. */
export const graphPresets = {
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
} satisfies { [name: string]: RunConfigInput };
