export { buildModel } from './config/build-model';
export { expectModelSizes } from './config/expect-model-sizes';
export type { ModelConfig, PartConfig } from './config/model-config';
export { parameterShapes } from './config/parameter-shapes';
export { withParts, standardParts, type PartCatalog, type PartMaker } from './config/part-catalog';
export type { GridPositions, Positions } from './config/positions';
export { hrm, type HrmOptions } from './hrm';
export { modelConfigFromOfficial, type OfficialConfig } from './official/official-config';
export {
  nameFromOfficial,
  officialName,
  shapesToOfficial,
  weightsFromOfficial,
  weightsToOfficial,
} from './official/official-names';
export { RecursiveReasoner, type RecursiveReasonerOptions } from './recursive-reasoner';
export {
  Solver,
  type Puzzle,
  type Solution,
  type SolveAllOptions,
  type SolverOptions,
  type SolvingOptions,
  type Thought,
} from '@hrm/act';
export { trm, type TrmOptions } from './trm';
export {
  loadModel,
  saveModel,
  serializeModel,
  type LoadModelOptions,
  type SaveModelOptions,
} from './weights/model-file';
export { fromHostTensor, parameterValues, setParameterValues, toHostTensor } from './weights/parameter-values';
