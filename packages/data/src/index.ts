// Tokens, and random numbers without TensorFlow.js.
export { IGNORED_LABEL, PAD_TOKEN, cellsFromTokens, tokensFromCells } from './tokens';
export { SeededRandom, type SeededRandomState } from './seeded-random';

// Data sets in the official layout.
export {
  expectPuzzleDataset,
  PuzzleDatasetError,
  type PuzzleDataset,
  type PuzzleDatasetMetadata,
  type PuzzleSet,
  type TokenArray,
} from './layout/puzzle-dataset';
export { buildDataset, type Example } from './layout/build-dataset';
export { expectDatasetSize } from './layout/dataset-size';
export { mixDatasets, type MixedDataset } from './layout/mix-datasets';
export {
  remapIdentifiers,
  unseenIdentifiers,
  type IdentifierNames,
  type UnseenIdentifier,
} from './layout/remap-identifiers';
export { selectPuzzles } from './layout/select-puzzles';
export { metadataFromJson, metadataToJson } from './layout/metadata-json';

// Tasks: kinds of puzzles, with their text, drawing and check.
export type {
  Examination,
  GenerateExamplesOptions,
  QuestionInText,
  Task,
  TaskDefinition,
  TaskDrawing,
  TaskExample,
  TaskPicture,
  TaskSymmetry,
} from './tasks/task';
export { defineTask } from './tasks/define-task';
export { generateExamples } from './tasks/generate-examples';
export { tokensTask, type TokensTaskOptions } from './tasks/tokens-task';
export { gridTask, type GridTaskOptions } from './tasks/grid-task';
export { expectTaskOptions } from './tasks/task-options';
export { invalid, VALID, type Verdict } from './tasks/verdict';
export { TaskError } from './tasks/task-error';
export { PuzzleTextError } from './tasks/puzzle-text-error';

// Lists of puzzles from which data sets are built.
export type { PuzzleSequence } from './puzzles/puzzle-sequence';
export { countEqualPuzzles } from './puzzles/count-equal-puzzles';
export { rowPlaces, type Subsample } from './puzzles/row-sample';

// Grids: symmetries, tokens and drawings.
export {
  applyDihedralTransform,
  DIHEDRAL_INVERSE,
  dihedralSize,
  dihedralSource,
  shapeKeepingTransforms,
  type DihedralTransform,
} from './grids/dihedral-transform';
export { textRows } from './grids/text-rows';
export { gridFromTokens, gridTokens, type GridSize } from './grids/grid-tokens';
export { drawGrid } from './grids/draw-grid';

// Batches on the host, as plain arrays.
export type { PuzzleBatch, PuzzleQuestions } from './batches/puzzle-batch';
export type { DatasetBatch } from './batches/dataset-batch';
export {
  trainingBatches,
  type TrainingBatch,
  type TrainingBatchesCursor,
  type TrainingBatchesOptions,
} from './batches/training-batches';
export { evaluationBatches } from './batches/evaluation-batches';

// Changes to examples as they are drawn.
export type { Augmentation } from './batches/augmentation';
export { revealAnswers, type RevealAnswersOptions } from './batches/reveal-answers';

// Examples of any kind, as files have them.
export type { RawExample, RawKind, RawSequence } from './import/raw-example';
export { ExampleTable } from './import/example-table';
export type { ImportPlan, ImportPlanner } from './import/import-plan';
export { findAlphabet, sequencePlanner, type SequencePlannerOptions } from './import/sequence-planner';
export { gridPlanner } from './import/grid-planner';
