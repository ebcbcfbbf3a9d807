export { atan2RightHalfPlane } from './atan2-right-half-plane';
export { carryFromHost, carryToHost } from './carry-values';
export { asItIs, type Compile } from '@hrm/layers';
export {
  evaluate,
  evaluationStep,
  type EvaluatedSegment,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationStep,
  type HaltedEvaluation,
} from './evaluate';
export { evaluateHalting, type EvaluateHaltingOptions, type HaltingEvaluation } from './evaluate-halting';
export {
  addDecayedWeights,
  chain,
  scaleByLearningRate,
  stateless,
  type GradientTransformation,
  type TransformationContext,
} from './gradient-transformation';
export { warmupCosine, type LearningRate, type WarmupCosineOptions } from './learning-rate';
export { meanMetrics, readScalars, type MetricTotal, type MetricTotals, type SummedMetrics } from './metrics';
export { scaleByAdam, scaleByAtan2, type MomentsOptions } from './moments';
export { microBatchedStep, type MicroBatchOptions } from './micro-batched-step';
export { NonFiniteError } from './non-finite-error';
export { adamAtan2, adamW, type Optimizer, type OptimizerOptions } from './optimizer';
export { signSgd, type RowOptimizer, type SignSgdOptions } from './sign-sgd';
export { Trainer } from './trainer';
export type { StepEvent, TrainerOptions, TrainerState, TrainingEvent } from './trainer-options';
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
  type UpdateGradients,
} from './training-step';
