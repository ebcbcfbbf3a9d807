import { haltOnly, qLearningHalting } from '@hrm/act';
import type { PuzzleBatch } from '@hrm/data';
import { mixerBlock, RandomStream } from '@hrm/layers';
import { hrm, trm, type RecursiveReasoner } from '@hrm/models';
import { fullRecursion, oneStepGradient } from '@hrm/recursion';
import { adamAtan2, signSgd, Trainer, type TrainerOptions } from '@hrm/trainer';

/** Batches of a toy task: the answer is the puzzle read backwards. */
export function reversalBatches(count: number, { batchSize = 4, seed = 0 } = {}): PuzzleBatch[] {
  const seqLen = 4;
  const random = new RandomStream(seed);
  return Array.from({ length: count }, () => {
    const inputs = Int32Array.from({ length: batchSize * seqLen }, () => random.integer(0, 4));
    const labels = inputs.map((_, i) => inputs[i - (i % seqLen) + (seqLen - 1 - (i % seqLen))]!);
    const puzzleIdentifiers = Int32Array.from({ length: batchSize }, () => random.integer(0, 3));
    return { inputs, labels, puzzleIdentifiers, batchSize, seqLen };
  });
}

const sizes = { vocabSize: 4, seqLen: 4, block: mixerBlock({ feedForward: 'gelu' }), positions: 'none' } as const;

/** Makes a small model from its seed. */
type MakeNetwork = (seed?: number, choices?: { hiddenSize?: number; maxSegments?: number }) => RecursiveReasoner;

/** A small HRM with everything that training has to deal with: two levels, puzzle embedding, exploration, look-ahead. */
export const smallHrm: MakeNetwork = (seed = 0, { hiddenSize = 8, maxSegments = 3 } = {}) =>
  hrm({
    ...sizes,
    hiddenSize,
    hLayers: 1,
    lLayers: 1,
    schedule: oneStepGradient({ hCycles: 2, lCycles: 2 }),
    halting: qLearningHalting({ maxSegments, exploration: 0.5 }),
    puzzleEmbedding: { puzzles: 3, size: 8 },
    seed,
  });

/** A small TRM. */
export const smallTrm: MakeNetwork = (seed = 0, { hiddenSize = 8, maxSegments = 3 } = {}) =>
  trm({
    ...sizes,
    hiddenSize,
    layers: 1,
    schedule: fullRecursion({ hCycles: 2, lCycles: 2 }),
    halting: haltOnly({ maxSegments, exploration: 0.5 }),
    seed,
  });

/** A trainer with every option of consequence. */
export const smallTrainer = (network: RecursiveReasoner, options: Partial<TrainerOptions> = {}): Trainer =>
  new Trainer(network, {
    optimizer: adamAtan2({ learningRate: 0.01, weightDecay: 0.1 }),
    puzzleOptimizer: signSgd({ learningRate: 0.01, weightDecay: 0.1 }),
    emaDecay: 0.9,
    ...options,
  });
