import type { PuzzleBatch } from '@hrm/data';
import { mixerBlock } from '@hrm/layers';
import { hrm, type HrmOptions } from '@hrm/models';

/** A model that is small enough for a few steps on each path of native TensorFlow. */
export const reversalModel = (options: Pick<HrmOptions, 'halting' | 'puzzleEmbedding'>) =>
  hrm({
    vocabSize: 5,
    seqLen: 6,
    hiddenSize: 8,
    hLayers: 1,
    lLayers: 1,
    block: mixerBlock(),
    positions: 'none',
    ...options,
  });

/** Four sequences of tokens with their reversal as the answer; others at each step. */
export function reversalBatch(step: number, puzzleIdentifiers = new Int32Array(4)): PuzzleBatch {
  const inputs = Int32Array.from({ length: 24 }, (_, i) => (i * 7 + step) % 5);
  return { inputs, labels: inputs.toReversed(), puzzleIdentifiers, batchSize: 4, seqLen: 6 };
}
