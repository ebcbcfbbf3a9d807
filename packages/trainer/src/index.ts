export { carryFromHost, carryToHost } from './state/carry-values';
export { atan2RightHalfPlane } from './optimizers/atan2-right-half-plane';
export { uncompiled, type Compile } from '@hrm/layers';
export { evaluate } from './evaluation/evaluate';
export type { EvaluateOptions } from './evaluation/evaluate-options';
export type { AnswerMeans, Evaluation, HaltedEvaluation } from './evaluation/evaluation';
export { evaluationStep, type EvaluatedSegment, type EvaluationStep } from './evaluation/evaluation-step';
export { meanMetrics, readScalars, type MetricTotal, type MetricTotals, type SummedMetrics } from './metrics';
export { clipByGlobalNorm } from './optimizers/clip-by-global-norm';
export {
  addDecayedWeights,
  chain,
  scaleByLearningRate,
  stateless,
  type GradientTransformation,
  type TransformationContext,
} from './optimizers/gradient-transformation';
export { warmupCosine, type LearningRate, type WarmupCosineOptions } from './optimizers/learning-rate';
export { scaleByAdam, scaleByAtan2, type MomentsOptions } from './optimizers/moments';
export { muon, scaleByMuon, type MuonDirectionOptions, type MuonOptions, type RestOptions } from './optimizers/muon';
export { orthogonalize } from './optimizers/newton-schulz';
export { adamAtan2, adamW, type Optimizer, type OptimizerOptions } from './optimizers/optimizer';
export type { OptimizerState } from './optimizers/optimizer-state';
export {
  isHiddenMatrix,
  isWeightMatrix,
  type ParameterDescription,
  type ParameterKinds,
  type ParameterPredicate,
} from './optimizers/parameter-predicate';
export { partition } from './optimizers/partition';
export { signSgd, type RowOptimizer, type SignSgdOptions } from './optimizers/sign-sgd';
export { microBatchedStep, type MicroBatchOptions } from './step/micro-batched-step';
export { NonFiniteError } from './step/non-finite-error';
export {
  applyGradients,
  finishStep,
  trainedParameters,
  trainingStep,
  updateGradients,
  type AppliedGradients,
  type TrainingStep,
  type TrainingStepInput,
  type TrainingStepOptions,
  type TrainingStepOutput,
} from './step/training-step';
export type { UpdateGradients } from './step/update-gradients';
export { Trainer } from './trainer';
export type { StepEvent, TrainerOptions, TrainerState, TrainingEvent } from './trainer-options';
