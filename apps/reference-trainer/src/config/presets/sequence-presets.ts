import type { RunConfigInput } from '../run-config';
import { smallModel, smallTraining } from './small-presets';
import { graphTraining } from './graph-presets';

/** Presets for any puzzles that are sequences of tokens. */
export const sequencePresets = {
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
} satisfies { [name: string]: RunConfigInput };
