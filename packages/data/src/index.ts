export { SeededRandom, type SeededRandomState } from './seeded-random';
export { cellsFromTokens, IGNORED_LABEL, PAD_TOKEN, tokensFromCells } from './tokens';

export {
  checkPuzzleDataset,
  type PuzzleDataset,
  PuzzleDatasetError,
  type PuzzleDatasetMetadata,
  type PuzzleSet,
  type TokenArray,
} from './layout/puzzle-dataset';
export { metadataFromJson, metadataToJson } from './layout/metadata-json';
export { buildDataset, type Example } from './layout/build-dataset';
export { mixDatasets, type MixedDataset } from './layout/mix-datasets';

export type { PuzzleSequence } from './puzzles/puzzle-sequence';
export { countEqualPuzzles } from './puzzles/count-equal-puzzles';

export type { PuzzleBatch, PuzzleQuestions } from './batches/puzzle-batch';
export type { DatasetBatch } from './batches/dataset-batch';
export type { Augmentation } from './batches/augmentation';
export { revealAnswers, type RevealOptions } from './batches/reveal-answers';
export {
  trainBatches,
  type TrainBatchesCursor,
  type TrainBatchesOptions,
  type TrainingBatch,
} from './batches/train-batches';
export { evaluationBatches } from './batches/evaluation-batches';
