import type { CrossEntropy, TokenLoss } from '@hrm/act';
import type { Communicator } from '@hrm/distributed';
import { revealAnswers, type Augmentation, type PuzzleDatasetMetadata, type Task } from '@hrm/data';
import { buildModel, standardParts, type ModelConfig, type PartCatalog, type RecursiveReasoner } from '@hrm/models';
import { isWeightMatrix, signSgd, Trainer, warmupCosine, type LearningRate, type Optimizer } from '@hrm/trainer';
import type { RunConfig } from '../../config/run-config';
import type { Engine } from '../../engine/engine';
import { UsageError } from '../../command-line/usage-error';
import { makePart, makeTask, namedPart } from '../parts/make-part';
import { standardCatalog, type RunCatalog } from '../parts/run-catalog';
import { standardTasks } from '../parts/standard-tasks';
import type { PuzzleSizes } from '../puzzles/puzzle-sizes';
import { chooseBatchParts, type BatchParts } from './choose-batch-parts';
import { trainedParts } from './trained-parts';

/** Rows and columns of a task's puzzles. @throws UsageError, with the key that needs them, for a task without a grid. */
function gridOf({ task, name }: RunConfig, { grid }: PuzzleSizes, key: string): NonNullable<Task['grid']> {
  // Runs that were begun before the grid was recorded have a standard task.
  const found = grid ?? (Object.hasOwn(standardTasks, task.kind) ? makeTask({ name, task }).grid : undefined);
  if (found) return found;
  throw new UsageError(
    `${name}: ${key} needs the grid of these puzzles, which have none; give it as "rows" and "columns"`,
  );
}

/** The blocks whose option `grid` is that of the task, if a config leaves it out. */
const BLOCKS_ON_GRIDS: readonly string[] = ['conv', 'cellular'];

/** The model config of a run, with the sizes of its puzzles. */
export function modelConfigOf(config: RunConfig, sizes: PuzzleSizes): ModelConfig {
  const { puzzleEmbeddingSize, puzzleEmbeddingPositions, positions, block, ...parts } = config.model;
  const { seqLen, vocabSize, numPuzzleIdentifiers } = sizes;
  return {
    ...parts,
    block:
      BLOCKS_ON_GRIDS.includes(block.type) && block['grid'] === undefined
        ? { ...block, grid: gridOf(config, sizes, `model.block: ${block.type}`) }
        : block,
    positions:
      positions === 'grid-rope'
        ? { type: positions, ...gridOf(config, sizes, 'model.positions: "grid-rope"') }
        : positions,
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
  sizes: PuzzleSizes,
  parts: PartCatalog = standardParts,
): RecursiveReasoner {
  try {
    return buildModel(modelConfigOf(config, sizes), { seed: config.training.seed, parts });
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) {
      throw new UsageError(`${config.name}: ${error.message}`);
    }
    throw error;
  }
}

/** The token loss of a run. @throws UsageError if it is unknown or refuses its options. */
export function tokenLossOf({ name, training, model }: RunConfig, { losses }: RunCatalog = standardCatalog): TokenLoss {
  const { tokenLoss, labelSmoothing } = training;
  if (labelSmoothing > 0 && model.candidates) {
    throw new UsageError(
      `${name}: training.labelSmoothing: is ${labelSmoothing}, which makes every token a target, but model.candidates ` +
        'makes some tokens impossible; set it to 0',
    );
  }
  const loss: TokenLoss & Partial<CrossEntropy> = makePart(`${name}: training.tokenLoss`, losses, tokenLoss, {
    what: 'a function of logits and labels',
    check: (made) => typeof made === 'function',
  });
  if (loss.smoothed) return loss.smoothed(labelSmoothing);
  if (labelSmoothing === 0) return loss;
  throw new UsageError(
    `${name}: training.labelSmoothing: this token loss has no method "smoothed(share)"; add one, or set it to 0`,
  );
}

/** How the logits of a run's model become probabilities: as in its token loss. One of the user's own is not known. */
export const probabilitiesOf = ({ training }: Pick<RunConfig, 'training'>): 'softmax' | 'stablemax' =>
  namedPart(training.tokenLoss).type === 'softmax' ? 'softmax' : 'stablemax';

/** The optimizer of a run's weights. Standard ones also get the momentum and the decays of the moments. */
function optimizerOf({ name, training }: RunConfig, learningRate: LearningRate, { optimizers }: RunCatalog): Optimizer {
  const { optimizer, weightDecay, decays, clipNorm, momentum, beta1, beta2 } = training;
  const isStandard = Object.hasOwn(standardCatalog.optimizers, namedPart(optimizer).type);
  return makePart(`${name}: training.optimizer`, optimizers, optimizer, {
    what: 'an object with init, update and learningRate',
    check: ({ init, update, learningRate: rate }) => [init, update, rate].every((one) => typeof one === 'function'),
    shared: {
      learningRate,
      weightDecay,
      ...(decays === 'matrices' && { decays: isWeightMatrix }),
      ...(clipNorm !== undefined && { clipNorm }),
      ...(isStandard && { momentum, beta1, beta2 }),
    },
  });
}

/** The changes to the puzzles of a run as they are drawn, in their order. @throws UsageError naming the wrong one. */
export function augmentationsOf(
  { name, training }: Pick<RunConfig, 'name' | 'training'>,
  task: Task,
  { augmentations }: RunCatalog = standardCatalog,
): Augmentation[] {
  const { augment, augmentations: chosen = [], reveal } = training;
  if (augment && !task.augment) {
    throw new UsageError('training.augment: no symmetries are known for puzzles of this kind; set it to false');
  }
  return [
    ...(augment && task.augment ? [task.augment] : []),
    ...chosen.map((part, index) =>
      makePart(`${name}: training.augmentations.${index}`, augmentations, part, {
        what: 'a function that changes an example',
        check: (made) => typeof made === 'function',
        context: { task },
      }),
    ),
    ...(reveal ? [revealAnswers(reveal)] : []),
  ];
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
  {
    totalSteps,
    compile,
    takesParts,
    communicator,
  }: { totalSteps: number; communicator?: Communicator | undefined } & Pick<Engine, 'compile' | 'takesParts'>,
  catalog: RunCatalog = standardCatalog,
): Trainer {
  const { training } = config;
  const { learningRate, warmupSteps, minRatio } = training;
  const schedule = (rate: number) => warmupCosine({ learningRate: rate, warmupSteps, totalSteps, minRatio });
  return new Trainer(model, {
    ...(training.trains && { trains: trainedParts(training.trains, model) }),
    optimizer: optimizerOf(config, schedule(learningRate), catalog),
    puzzleOptimizer: signSgd({
      learningRate: schedule(training.puzzleLearningRate ?? learningRate),
      weightDecay: training.puzzleWeightDecay,
    }),
    tokenLoss: tokenLossOf(config, catalog),
    ...(training.emaDecay !== undefined && { emaDecay: training.emaDecay }),
    ...(training.segmentsPerUpdate !== undefined && { segmentsPerUpdate: training.segmentsPerUpdate }),
    ...batchPartsOf({ ...training, batchSize: training.batchSize / (communicator?.size ?? 1) }, model, { takesParts }),
    communicator,
    wire: training.wire,
    seed: training.seed,
    totalSteps,
    compile,
  });
}
