/** The model of runs that are over in a moment. */
export const tinyModel = {
  hiddenSize: 8,
  hLayers: 1,
  lLayers: 1,
  block: { type: 'mixer' },
  schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 },
  halting: { type: 'q-learning', maxSegments: 2, exploration: 0.5 },
  positions: 'none',
};
