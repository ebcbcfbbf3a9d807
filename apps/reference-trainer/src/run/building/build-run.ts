import { softmaxCrossEntropy, stablemaxCrossEntropy, type TokenLoss } from '@hrm/act';
import type { PuzzleDatasetMetadata } from '@hrm/data';
import { buildModel, standardParts, type ModelConfig, type PartCatalog, type RecursiveReasoner } from '@hrm/models';
import {
  adamAtan2,
  adamW,
  isWeightMatrix,
  muon,
  signSgd,
  Trainer,
  warmupCosine,
  type LearningRate,
  type Optimizer,
} from '@hrm/trainer';
import type { RunConfig, Task } from '../../config/run-config';
import type { Engine } from '../../engine/engine';
import { UsageError } from '../../command-line/usage-error';
import { chooseBatchParts, type BatchParts } from './choose-batch-parts';

/** Rows and columns of a task's puzzles. @throws UsageError for a task without a grid. */
function gridOf(task: Task, name: string): { rows: number; columns: number } {
  switch (task.kind) {
    case 'sudoku':
      return { rows: task.size, columns: task.size };
    case 'maze':
      return { rows: task.height, columns: task.width };
    case 'tokens':
      throw new UsageError(
        `${name}: model.positions: "grid-rope" needs the grid of these puzzles, ` +
          'as in { "type": "grid-rope", "rows": 30, "columns": 30 }',
      );
  }
}

/** The model config of a run, with the sizes of its puzzles. */
export function modelConfigOf(
  { model, task, name }: RunConfig,
  {
    seqLen,
    vocabSize,
    numPuzzleIdentifiers,
  }: Pick<PuzzleDatasetMetadata, 'seqLen' | 'vocabSize' | 'numPuzzleIdentifiers'>,
): ModelConfig {
  const { puzzleEmbeddingSize, puzzleEmbeddingPositions, positions, ...parts } = model;
  return {
    ...parts,
    positions: positions === 'grid-rope' ? { type: positions, ...gridOf(task, name) } : positions,
    seqLen,
    vocabSize,
    puzzleEmbedding:
      puzzleEmbeddingSize > 0
        ? {
            puzzles: numPuzzleIdentifiers,
            size: puzzleEmbeddingSize,
            ...(puzzleEmbeddingPositions !== undefined && { positions: puzzleEmbeddingPositions }),
          }
        : undefined,
  };
}

/**
 * Makes the model of a run.
 *
 * @param parts the parts that the config may name, see `loadParts`. Default: the standard ones.
 * @throws UsageError if a part refuses its options.
 */
export function buildRunModel(
  config: RunConfig,
  metadata: Parameters<typeof modelConfigOf>[1],
  parts: PartCatalog = standardParts,
): RecursiveReasoner {
  try {
    return buildModel(modelConfigOf(config, metadata), { seed: config.training.seed, parts });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${config.name}: ${error.message}`);
    throw error;
  }
}

/** The token loss of a run. */
export function tokenLossOf({ training }: RunConfig): TokenLoss {
  const loss = training.tokenLoss === 'softmax' ? softmaxCrossEntropy : stablemaxCrossEntropy;
  return loss.smoothed(training.labelSmoothing);
}

/** The optimizer of a run's weights. */
function optimizerOf({ training }: RunConfig, learningRate: LearningRate): Optimizer {
  const { optimizer, weightDecay, decays, clipNorm, momentum, beta1, beta2 } = training;
  const shared = {
    learningRate,
    weightDecay,
    ...(decays === 'matrices' && { decays: isWeightMatrix }),
    ...(clipNorm !== undefined && { clipNorm }),
  };
  if (optimizer === 'muon') return muon({ ...shared, momentum, rest: { beta1, beta2 } });
  return { 'adam-atan2': adamAtan2, 'adam-w': adamW }[optimizer]({ ...shared, beta1, beta2 });
}

/**
 * Steps of the whole run: as given, or computed from the epochs.
 *
 * Source: official HRM, `pretrain.py`, `init_train_state`.
 */
export function totalStepsOf(
  { training }: RunConfig,
  { totalGroups, meanPuzzleExamples }: PuzzleDatasetMetadata,
): number {
  const { steps, epochs, batchSize } = training;
  return steps ?? Math.floor((epochs! * totalGroups * meanPuzzleExamples) / batchSize);
}

/** How a batch is split: as the config says, or with `auto` as suits the backend. */
export function batchPartsOf(
  { microBatch, lanes, batchSize }: Pick<RunConfig['training'], 'microBatch' | 'lanes' | 'batchSize'>,
  model: RecursiveReasoner,
  { takesParts }: Pick<Engine, 'takesParts'>,
): BatchParts {
  const chosen = takesParts ? chooseBatchParts(model, batchSize) : {};
  if (microBatch === 'auto' && lanes === 'auto') return chosen;
  return {
    microBatch: microBatch === 'auto' ? chosen.microBatch : microBatch,
    lanes: lanes === 'auto' ? 1 : lanes,
  };
}

/** Makes the trainer of a run. */
export function buildTrainer(
  config: RunConfig,
  model: RecursiveReasoner,
  { totalSteps, compile, takesParts }: { totalSteps: number } & Pick<Engine, 'compile' | 'takesParts'>,
): Trainer {
  const { training } = config;
  const { learningRate, warmupSteps, minRatio } = training;
  const schedule = (rate: number) => warmupCosine({ learningRate: rate, warmupSteps, totalSteps, minRatio });
  return new Trainer(model, {
    optimizer: optimizerOf(config, schedule(learningRate)),
    puzzleOptimizer: signSgd({
      learningRate: schedule(training.puzzleLearningRate ?? learningRate),
      weightDecay: training.puzzleWeightDecay,
    }),
    tokenLoss: tokenLossOf(config),
    ...(training.emaDecay !== undefined && { emaDecay: training.emaDecay }),
    ...(training.segmentsPerUpdate !== undefined && { segmentsPerUpdate: training.segmentsPerUpdate }),
    ...batchPartsOf(training, model, { takesParts }),
    seed: training.seed,
    totalSteps,
    compile,
  });
}
