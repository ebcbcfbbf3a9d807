// The two models of the papers, and the network that they are made of.
export { hrm, type HrmOptions } from './hrm';
export { trm, type TrmOptions } from './trm';
export { RecursiveReasoner } from './recursive-reasoner';
export type { RecursiveReasonerOptions } from './reasoner-options';
export { observeRefinements, type RefinementObserver } from './observe-refinements';

// Solving puzzles.
export {
  Solver,
  thinker,
  type Puzzle,
  type SegmentResult,
  type Solution,
  type SolveAllOptions,
  type SolverOptions,
  type SolveOptions,
  type SearchOptions,
  type Thinker,
  type Thought,
  type TriesOptions,
  type SolvedPuzzle,
  type Until,
} from '@hrm/act';

// Models from plain data, their parts chosen by name.
export { buildModel } from './config/build-model';
export { parameterShapes } from './config/parameter-shapes';
export type { PuzzleGrid } from './config/config-for-grid';
export type { ModelConfig, PartConfig } from './config/model-config';
export type { GridPositions, Positions } from './config/positions';
export type { Candidates } from './candidates';
export { standardParts, withParts, type PartCatalog, type PartMaker } from './config/part-catalog';

// Weights, and models as files.
export {
  loadModel,
  saveModel,
  serializeModel,
  type LoadModelOptions,
  type SaveModelOptions,
} from './weights/model-file';
export { parameterValues, setParameterValues } from './weights/parameter-values';

// Configs and weights of the official PyTorch code.
export { modelConfigFromOfficial, type OfficialConfig } from './official/official-config';
export { weightsFromOfficial, weightsToOfficial } from './official/official-names';
