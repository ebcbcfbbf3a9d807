/** A batch of puzzles to solve, with or without their answers. Plain arrays, row by row. */
export interface PuzzleQuestions {
  /** Tokens, `[batchSize * seqLen]`. */
  inputs: Int32Array;
  /** Tokens of the answers, `[batchSize * seqLen]`; `IGNORED_LABEL` where there is no answer. */
  labels?: Int32Array;
  /** Selects the puzzle embedding of each row, `[batchSize]`; 0 is the blank identifier. */
  puzzleIdentifiers: Int32Array;
  batchSize: number;
  seqLen: number;
}

/** A batch of puzzles with their answers, for training and evaluation: plain arrays on the host, not yet tensors. */
export interface PuzzleBatch extends PuzzleQuestions {
  labels: Int32Array;
}
