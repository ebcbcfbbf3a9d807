/** A run small enough to train in a moment. */
export const tinyRun = {
  name: 'tiny',
  task: { kind: 'sudoku', size: 4 },
  generate: { train: 60, test: 24, givens: [8, 10], seed: 0 },
  model: {
    hiddenSize: 16,
    hLayers: 1,
    lLayers: 1,
    block: { type: 'mixer', expansion: 1 },
    schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
    halting: { type: 'q-learning', maxSegments: 4, exploration: 0.3 },
    positions: 'none',
    puzzleEmbeddingSize: 16,
  },
  training: {
    batchSize: 12,
    steps: 12,
    learningRate: 1e-3,
    weightDecay: 0.1,
    emaDecay: 0.9,
    augment: true,
    evaluateEvery: 5,
    checkpointEvery: 3,
  },
};
