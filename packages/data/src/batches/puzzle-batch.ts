/** Puzzles without their answers, or with: what a model is asked. Plain arrays, row by row. */
export interface PuzzleQuestions {
  /** Tokens, `[batchSize * seqLen]`. */
  inputs: Int32Array;
  /** The answers' tokens, `[batchSize * seqLen]`; `IGNORED_LABEL` where there is none. */
  labels?: Int32Array;
  /** Which puzzle's embedding goes in front, `[batchSize]`; 0 is the blank one. */
  puzzleIdentifiers: Int32Array;
  batchSize: number;
  seqLen: number;
}

/** Puzzles with their answers, as training and evaluation take them: a batch on the host, before it becomes tensors. */
export interface PuzzleBatch extends PuzzleQuestions {
  labels: Int32Array;
}
