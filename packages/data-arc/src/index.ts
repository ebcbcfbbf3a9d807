// Grids, and their tokens.
export { ARC_COLOURS, ARC_SIDE, arcGridFromRows, arcGridToRows, type ArcGrid } from './grids/arc-grid';
export { ARC_SEQ_LEN, ARC_VOCAB_SIZE, cropArcGrid, encodeArcGrid, type ArcPosition } from './grids/arc-tokens';

// Puzzles, and their JSON.
export type { ArcPair, ArcPuzzle } from './puzzles/arc-puzzle';
export { arcPuzzleToJson, parseArcChallenges, parseArcPuzzle, type ArcPuzzleJson } from './puzzles/arc-json';

// Augmentation.
export {
  augmentArcGrid,
  invertArcAugmentation,
  randomArcAugmentation,
  type ArcAugmentation,
} from './augmentation/arc-augmentation';
export { formatArcIdentifier, parseArcIdentifier } from './augmentation/arc-identifier';
export { distinctAugmentations, drawArcAugmentations } from './augmentation/distinct-augmentations';

// Data sets.
export { buildArcDataset, type ArcDataset } from './dataset/build-arc-dataset';
export type { ArcDatasetOptions } from './dataset/plan-arc-dataset';

// Votes over augmented copies.
export { arcVoting, type ArcCandidate, type ArcVote, type ArcVoting } from './voting/arc-voting';
export { scoreArcVotes, type ArcScore } from './voting/score-arc-votes';
export { arcSubmission, type ArcSubmission } from './voting/arc-submission';

// The task: text and drawings.
export { arcTask } from './task/arc-task';
export { formatArcGrid, parseArcGrid } from './task/arc-text';
export { drawArcGrid } from './task/draw-arc-grid';
