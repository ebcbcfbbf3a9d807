// Halting controllers: when a puzzle has had enough segments.
export type {
  HaltingContext,
  HaltingController,
  HaltingDecision,
  HaltingFactory,
  HaltingLossContext,
  HaltingLosses,
  HaltingOutcome,
  HaltingStateSizes,
} from './controllers/halting-controller';
export { qLearningHalting, type QLearningHaltingOptions } from './controllers/q-learning-halting';
export { haltOnly, type HaltOnlyOptions } from './controllers/halt-only';
export { fixedSteps, type FixedStepsOptions } from './controllers/fixed-steps';
export { gravesAct, type GravesActOptions } from './controllers/graves-act';
export { ponder, type PonderOptions } from './controllers/ponder';
export { residualHalting, type ResidualHaltingOptions } from './controllers/residual-halting';
export { unchangedAnswer, type UnchangedAnswerOptions } from './controllers/unchanged-answer';
export { all, any, atLeast } from './controllers/combine-controllers';

// Segments: the carry, the network, and supervision.
export type { ReasoningNetwork } from './segment/reasoning-network';
export { puzzleTensors, type PuzzleTensors } from './segment/puzzle-tensors';
export { admitPuzzles, initialCarry, type Carry } from './segment/carry';
export { runSegment, type Segment, type SegmentOptions } from './segment/run-segment';
export { superviseSegment, type Supervision } from './segment/supervise-segment';

// Losses.
export { softmaxCrossEntropy, stablemaxCrossEntropy, type CrossEntropy, type TokenLoss } from './losses/token-loss';
export { binaryCrossEntropy } from './losses/binary-cross-entropy';

// Solving puzzles, and scoring the answers.
export type { SolvedPuzzle, Until } from './inference/solve-batch';
export { Solver, type SolveAllOptions, type SolverOptions, type SolveOptions } from './inference/solver';
export type { Puzzle, PuzzleWithIdentifier } from './inference/puzzle';
export type { SegmentResult, Solution } from './inference/solution';
export { scoreAnswers, type AnswerMeans, type AnswerScore } from './metrics/score-answers';
export { haltingHistogram } from './metrics/halting-histogram';

// Metrics that segments, controllers and schedules report.
export type { ByMetric, KnownMetric, MetricName } from './metrics/metric-name';
export type { Divisor, MetricCounts, MetricSum, SlotMetric } from './metrics/metric';

// More thought at test time: tries and search.
export { thinker, type Thinker, type ThinkerOptions } from './thinking/thinker';
export type { ThinkingOptions, TriesOptions } from './thinking/tries';
export type { SearchAttempt, SearchOptions } from './thinking/guided-search';
export type { Attempt, ChosenBy, Thought, TrySegment } from './thinking/thought';
export {
  searchBranch,
  type SearchBranch,
  type SearchBranchOptions,
  type SearchedTask,
  type SearchStep,
} from './thinking/search-branch';
export type { ProbabilityKind } from './thinking/token-probabilities';
