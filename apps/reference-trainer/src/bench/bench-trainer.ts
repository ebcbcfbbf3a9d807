import { RandomStream } from '@hrm/layers';
import type { PuzzleBatch } from '@hrm/data';
import type { Communicator, Wire } from '@hrm/distributed';
import type { RecursiveReasoner } from '@hrm/models';
import type { Trainer } from '@hrm/trainer';
import { checkRunConfig } from '../config/load-run-config';
import type { RunConfig } from '../config/run-config';
import { buildRunModel, buildTrainer } from '../run/building/build-run';
import type { Engine } from '../engine/engine';
import type { BenchSizes } from './step-flops';

const VOCABULARY = 11;

/** The config of a run of the official architecture at this size, so that the benchmark times what `hrm train` runs. */
function benchRunConfig(sizes: BenchSizes): RunConfig {
  const { hidden, layers, heads, batch, tokens, segments, precision, hCycles = 2, lCycles = 2 } = sizes;
  return checkRunConfig(
    {
      name: 'bench',
      task: { kind: 'tokens', seqLen: tokens, vocabSize: VOCABULARY },
      model: {
        family: 'hrm',
        hiddenSize: hidden,
        hLayers: layers,
        lLayers: layers,
        block: { type: 'attention', heads },
        schedule: { type: 'one-step-gradient', hCycles, lCycles },
        halting: { type: 'q-learning', maxSegments: segments, exploration: 0.1 },
        positions: 'rope',
        precision,
        puzzleEmbeddingSize: hidden,
      },
      training: { batchSize: batch, steps: 1_000_000, learningRate: 1e-4, weightDecay: 1, puzzleWeightDecay: 1 },
    },
    'bench',
  );
}

/** A model and its trainer at one size. */
export interface BenchTrainer {
  model: RecursiveReasoner;
  trainer: Trainer;
  dispose(): void;
}

/**
 * Makes the model and the trainer of {@link benchRunConfig}. The batch is that of all ranks of a communicator together.
 *
 * @param engine `wire`: how gradients travel between the ranks. Default `float32`.
 */
export function benchTrainer(
  sizes: BenchSizes,
  { wire = 'float32', ...engine }: Omit<Engine, 'backend'> & { communicator?: Communicator | undefined; wire?: Wire },
): BenchTrainer {
  const run = benchRunConfig(sizes);
  const config = { ...run, training: { ...run.training, wire } };
  const model = buildRunModel(config, { seqLen: sizes.tokens, vocabSize: VOCABULARY, numPuzzleIdentifiers: 1 });
  const trainer = buildTrainer(config, model, { totalSteps: config.training.steps!, ...engine });
  return {
    model,
    trainer,
    dispose() {
      trainer.dispose();
      model.dispose();
    },
  };
}

/** A batch of random inputs and labels. */
export function randomBatch({ batch, tokens }: Pick<BenchSizes, 'batch' | 'tokens'>): PuzzleBatch {
  const random = new RandomStream(0);
  const draw = (low: number) => Int32Array.from({ length: batch * tokens }, () => random.integer(low, VOCABULARY));
  return {
    inputs: draw(1),
    labels: draw(2),
    puzzleIdentifiers: new Int32Array(batch),
    batchSize: batch,
    seqLen: tokens,
  };
}
