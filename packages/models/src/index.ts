export { FileFormatError, type FileFormatProblem } from './file-format-error';
export type { HostTensor, HostTensorArrays, HostTensorData, HostTensorDtype, NamedHostTensors } from './host-tensor';
export { hrm, type HrmOptions } from './hrm';
export {
  buildModel,
  registerParts,
  standardParts,
  type ModelConfig,
  type PartCatalog,
  type PartConfig,
  type PartMaker,
} from './model-config';
export { expectModelSizes } from './expect-model-sizes';
export { loadModel, saveModel, serializeModel, type LoadModelOptions, type SaveModelOptions } from './model-file';
export { modelConfigFromOfficial, type OfficialConfig } from './official-config';
export {
  nameFromOfficial,
  officialName,
  shapesToOfficial,
  weightsFromOfficial,
  weightsToOfficial,
} from './official-names';
export { asFloat32 } from './narrow-tensor';
export { fromHostTensor, parameterValues, setParameterValues, toHostTensor } from './parameter-values';
export { parameterShapes } from './parameter-shapes';
export type { GridPositions, Positions } from './positions';
export { RecursiveReasoner, type RecursiveReasonerOptions } from './recursive-reasoner';
export { parseSafetensors, serializeSafetensors } from './safetensors';
export { solvePuzzle, thinkAloud, type SolveOptions } from './solve-puzzle';
export { Solver, type PuzzleOptions, type Solution, type SolverOptions, type Thought } from './solver';
export { trm, type TrmOptions } from './trm';
export type { Safetensors } from './safetensors';
export { safetensorsLimits } from './safetensors-header';
export { serializeTorchCheckpoint } from './serialize-torch-checkpoint';
export { parseTorchCheckpoint } from './torch-checkpoint';
