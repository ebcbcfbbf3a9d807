export { binaryCrossEntropy } from './binary-cross-entropy';
export { admitPuzzles, initialCarry, type Carry } from './carry';
export { HaltOnly, haltOnly, type HaltOnlyOptions } from './halt-only';
export type {
  HaltingContext,
  HaltingController,
  HaltingDecision,
  HaltingFactory,
  HaltingLossContext,
  HaltingLosses,
  HaltingOutcome,
  HostDraws,
  NamedTensors,
} from './halting-controller';
export { IGNORED_LABEL, puzzleBatch, type HostPuzzleBatch, type PuzzleBatch } from './puzzle-batch';
export { QLearningHalting, qLearningHalting, type QLearningHaltingOptions } from './q-learning-halting';
export type { ReasoningNetwork } from './reasoning-network';
export { runSegment, superviseSegment, type Segment, type SegmentOptions, type Supervision } from './segment';
export { softmaxCrossEntropy, stablemaxCrossEntropy, type TokenLoss } from './token-loss';
