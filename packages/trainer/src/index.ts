// Training.
export { Trainer } from './trainer';
export type { StepEvent, TrainerOptions, TrainerState, TrainingEvent } from './trainer-options';
export { NonFiniteError } from './step/non-finite-error';

// Evaluation.
export { evaluate } from './evaluation/evaluate';
export type { EvaluateOptions } from './evaluation/evaluate-options';
export type { Evaluation, HaltedEvaluation } from './evaluation/evaluation';

// Optimizers.
export { adamAtan2, adamW, type Optimizer, type OptimizerOptions } from './optimizers/optimizer';
export { muon, scaleByMuon, type ScaleByMuonOptions, type MuonOptions, type MuonRestOptions } from './optimizers/muon';
export { signSgd, type RowOptimizer, type SignSgdOptions } from './optimizers/sign-sgd';
export { warmupCosine, type LearningRate, type WarmupCosineOptions } from './optimizers/learning-rate';

// The transformations of gradients that an optimizer is a chain of.
export {
  addDecayedWeights,
  chain,
  scaleByLearningRate,
  stateless,
  type GradientTransformation,
  type TransformationContext,
} from './optimizers/gradient-transformation';
export type { OptimizerState } from './optimizers/optimizer-state';
export { scaleByAdam, scaleByAtan2, type MomentsOptions } from './optimizers/moments';
export { clipByGlobalNorm } from './optimizers/clip-by-global-norm';
export { orthogonalize } from './optimizers/newton-schulz';
export { partition } from './optimizers/partition';
export {
  isHiddenMatrix,
  isWeightMatrix,
  type ParameterDescription,
  type ParameterKinds,
  type ParameterPredicate,
} from './optimizers/parameter-predicate';

// The steps of a training or evaluation loop of your own.
export { trainingStep } from './step/training-step';
export type {
  TrainingStep,
  TrainingStepInput,
  TrainingStepOptions,
  TrainingStepOutput,
} from './step/training-step-options';
export { updateGradients, type UpdateGradients } from './step/update-gradients';
export { applyGradients, type AppliedGradients } from './step/apply-gradients';
export { trainedParameters } from './step/trained-parameters';
export { microBatchedStep, type MicroBatchedStepOptions } from './step/micro-batched-step';
export { evaluationStep, type EvaluatedSegment, type EvaluationStep } from './evaluation/evaluation-step';
export { meanMetrics, type MetricTotal, type MetricTotals, type SummedMetrics } from './metrics';
