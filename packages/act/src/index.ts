export { expectController } from './controllers/expect-controller';
export { fixedSteps, type FixedStepsOptions } from './controllers/fixed-steps';
export { gravesAct, type GravesActOptions } from './controllers/graves-act';
export { haltOnly, type HaltOnlyOptions } from './controllers/halt-only';
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
} from './controllers/halting-controller';
export { ponder, type PonderOptions } from './controllers/ponder';
export { qLearningHalting, type QLearningHaltingOptions } from './controllers/q-learning-halting';
export { all, any, atLeast } from './controllers/quorum';
export { residualHalting, type ResidualHaltingOptions } from './controllers/residual-halting';
export { unchangedAnswer, type UnchangedAnswerOptions } from './controllers/unchanged-answer';
export type { Puzzle, PuzzleWithIdentifier } from './inference/puzzle';
export type { Solution, Thought } from './inference/solution';
export { Solver, type SolveAllOptions, type SolverOptions, type SolvingOptions } from './inference/solver';
export { binaryCrossEntropy } from './losses/binary-cross-entropy';
export { softmaxCrossEntropy, stablemaxCrossEntropy, type CrossEntropy, type TokenLoss } from './losses/token-loss';
export { answerFigures, countAnswers, type AnswerFigures, type CountedAnswers } from './metrics/answer-figures';
export { countHaltingSteps, haltingHistogram } from './metrics/halting-histogram';
export type { Divisor, MetricCounts, MetricSum, SlotMetric } from './metrics/metric';
export type { ByMetric, KnownMetric, MetricName } from './metrics/metric-name';
export { scoreAnswers, type AnswerScore } from './metrics/score-answers';
export { admitPuzzles, initialCarry, type Carry } from './segment/carry';
export { expectPuzzleIdentifiers, expectPuzzles, expectTokens } from './segment/expect-puzzles';
export { puzzleTensors, type PuzzleTensors } from './segment/puzzle-tensors';
export type { ReasoningNetwork } from './segment/reasoning-network';
export { runSegment, superviseSegment, type Segment, type SegmentOptions, type Supervision } from './segment/segment';
