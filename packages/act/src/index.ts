export { answerFigures, countAnswers, type AnswerFigures, type CountedAnswers } from './answer-figures';
export { binaryCrossEntropy } from './binary-cross-entropy';
export { admitPuzzles, initialCarry, type Carry } from './carry';
export { expectController } from './expect-controller';
export { expectPuzzleIdentifiers, expectPuzzles, expectTokens, type HostPuzzles } from './expect-puzzles';
export { FixedSteps, fixedSteps, type FixedStepsOptions } from './fixed-steps';
export { GravesAct, gravesAct, type GravesActOptions } from './graves-act';
export { HaltOnly, haltOnly, type HaltOnlyOptions } from './halt-only';
export type {
  HaltingContext,
  HaltingController,
  HaltingDecision,
  HaltingFactory,
  HaltingLossContext,
  HaltingLosses,
  HaltingOutcome,
  HaltingStateSizes,
  HostDraws,
  NamedTensors,
} from './halting-controller';
export { countHaltingSteps, haltingHistogram } from './halting-histogram';
export { HaltingInference, inferWithHalting, type HaltingInferenceOptions } from './halting-inference';
export type { InferenceResult } from './inference-result';
export type { Divisor, MetricCounts, MetricSum, SlotMetric } from './metric';
export { Ponder, ponder, type PonderOptions } from './ponder';
export { IGNORED_LABEL, puzzleBatch, type HostPuzzleBatch, type PuzzleBatch } from './puzzle-batch';
export { QLearningHalting, qLearningHalting, type QLearningHaltingOptions } from './q-learning-halting';
export { all, any, atLeast, Quorum } from './quorum';
export type { ReasoningNetwork } from './reasoning-network';
export { ResidualHalting, residualHalting, type ResidualHaltingOptions } from './residual-halting';
export { scoreAnswers, type AnswerScore } from './score-answers';
export { runSegment, superviseSegment, type Segment, type SegmentOptions, type Supervision } from './segment';
export { softmaxCrossEntropy, stablemaxCrossEntropy, type TokenLoss } from './token-loss';
export { UnchangedAnswer, unchangedAnswer, type UnchangedAnswerOptions } from './unchanged-answer';
