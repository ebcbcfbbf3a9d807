import { PAD_TOKEN, type PuzzleDatasetMetadata, type PuzzleSet } from '@hrm/data';
import { ARC_SEQ_LEN, ARC_VOCAB_SIZE } from '../grids/arc-tokens';
import type { ArcPlan } from './plan-arc-dataset';

/** A split of a data set of ARC without its tokens. */
export interface ArcSplit extends Omit<PuzzleSet, 'inputs' | 'labels'> {
  metadata: PuzzleDatasetMetadata;
  examples: number;
}

/** Returns the metadata and the indices of a split. */
export function describeArcSplit({ identifiers, ...splits }: ArcPlan, split: 'train' | 'test'): ArcSplit {
  const groups = splits[split];
  const puzzles = groups.reduce((sum, { copies }) => sum + copies, 0);
  const puzzleIdentifiers = new Int32Array(puzzles);
  const puzzleIndices = new Int32Array(puzzles + 1);
  const groupIndices = new Int32Array(groups.length + 1);
  let puzzle = 0;
  groups.forEach(({ pairs, firstIdentifier, copies }, group) => {
    for (let copy = 0; copy < copies; copy++, puzzle++) {
      puzzleIdentifiers[puzzle] = firstIdentifier + copy;
      puzzleIndices[puzzle + 1] = puzzleIndices[puzzle]! + pairs.length;
    }
    groupIndices[group + 1] = puzzle;
  });
  const examples = puzzleIndices[puzzles]!;
  const metadata: PuzzleDatasetMetadata = {
    padId: PAD_TOKEN,
    ignoreLabelId: PAD_TOKEN,
    blankIdentifierId: 0,
    vocabSize: ARC_VOCAB_SIZE,
    seqLen: ARC_SEQ_LEN,
    numPuzzleIdentifiers: identifiers.length,
    totalGroups: groups.length,
    meanPuzzleExamples: examples / puzzles,
    sets: ['all'],
  };
  return { metadata, examples, puzzleIdentifiers, puzzleIndices, groupIndices };
}
