import type { NamedHostTensors } from '@hrm/files';
import { modelConfigFromOfficial } from '@hrm/models';
import { nameFromOfficial } from '@hrm/models/internal';
import { checkRunConfig } from '../config/load-run-config';
import type { RunConfig } from '../config/run-config';
import type { TaskConfig } from '../config/task-options';
import { UsageError } from '../command-line/usage-error';
import type { OfficialRun } from './official-run';

/** Sizes that follow from the weights. */
export interface WeightSizes {
  vocabSize: number;
  numPuzzleIdentifiers: number;
}

/** Reads the sizes of a model from its weights. */
function sizesOfWeights(weights: NamedHostTensors, path: string): WeightSizes {
  const shapes = new Map([...weights].map(([name, { shape }]) => [nameFromOfficial(name), shape]));
  const vocabSize = shapes.get('tokenEmbedding.weight')?.[0];
  if (vocabSize === undefined) {
    throw new UsageError(
      `DIR: ${path} is not a checkpoint of HRM or TRM: it has no inner.embed_tokens.embedding_weight`,
    );
  }
  return { vocabSize, numPuzzleIdentifiers: shapes.get('puzzleEmbedding.weight')?.[0] ?? 1 };
}

/** The task of published models with this vocabulary. */
function taskOfVocabulary(vocabSize: number, tokens: number | undefined): TaskConfig {
  const seqLen = tokens ?? { 6: 900, 11: 81, 12: 900 }[vocabSize];
  if (seqLen === undefined) {
    throw new UsageError(
      `--tokens is missing: the vocabulary of ${vocabSize} tokens does not determine the length of a puzzle`,
    );
  }
  const side = Math.sqrt(seqLen);
  if (vocabSize === 6 && Number.isInteger(side)) return { kind: 'maze', width: side, height: side };
  if (vocabSize === side + 2 && (side === 4 || side === 6 || side === 9 || side === 16))
    return { kind: 'sudoku', size: side };
  return { kind: 'tokens', seqLen, vocabSize };
}

/** Our config of an official run. @param tokens of a puzzle, if its vocabulary does not determine them. */
export function runConfigFromOfficial(
  { config, weights, checkpoint }: OfficialRun,
  { name, tokens }: { name: string; tokens: number | undefined },
): { config: RunConfig; sizes: WeightSizes } {
  const { arch } = config;
  const family = arch.name.includes('trm') || arch.name.includes('TinyRecursive') ? 'trm' : 'hrm';
  const sizes = sizesOfWeights(weights, checkpoint);
  const task = taskOfVocabulary(sizes.vocabSize, tokens);
  const {
    seqLen: _,
    vocabSize: __,
    puzzleEmbedding,
    ...model
  } = modelConfigFromOfficial(family, {
    ...arch,
    seq_len: 1,
    vocab_size: sizes.vocabSize,
    num_puzzle_identifiers: sizes.numPuzzleIdentifiers,
  });
  return {
    sizes,
    // Checked now, because the official code accepts values that our commands could not read again.
    config: checkRunConfig(
      {
        name,
        task,
        model: {
          ...model,
          positions: arch.pos_encodings,
          puzzleEmbeddingSize: puzzleEmbedding?.size ?? 0,
          ...(puzzleEmbedding?.positions !== undefined && { puzzleEmbeddingPositions: puzzleEmbedding.positions }),
        },
        training: {
          batchSize: config.global_batch_size,
          epochs: config.epochs,
          seed: config.seed,
          microBatch: 'auto',
          lanes: 'auto',
          tokenLoss: arch.loss.loss_type.startsWith('softmax') ? 'softmax' : 'stablemax',
          optimizer: 'adam-atan2',
          learningRate: config.lr,
          warmupSteps: Math.round(config.lr_warmup_steps),
          minRatio: config.lr_min_ratio,
          weightDecay: config.weight_decay,
          beta1: config.beta1,
          beta2: config.beta2,
          puzzleLearningRate: config.puzzle_emb_lr,
          puzzleWeightDecay: config.puzzle_emb_weight_decay,
          augment: false,
          evaluateEvery: 1000,
          keepCheckpoints: 2,
        },
      },
      `the config of ${checkpoint}, in our terms`,
    ),
  };
}
