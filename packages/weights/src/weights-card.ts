/** How many puzzles of one kind a model solved in one pass. */
export interface WeightsFigure {
  /** The puzzles, such as `17-clue`. None was in training. */
  readonly puzzles: string;
  readonly count: number;
  /** Segments of the pass. */
  readonly segments: number;
  /**
   * Puzzles solved: all rules and givens are kept. One number for each training seed; the first is that of the shipped
   * weights.
   */
  readonly solved: readonly number[];
  /** Puzzles whose answer is the one path of the data, of mazes, which may have several right answers. */
  readonly exact?: readonly number[];
  /** Puzzles solved if each stops where the model halts, and the mean number of segments then; of the shipped weights. */
  readonly halted: { readonly solved: number; readonly segments: number };
}

/** What is known of a shipped model. Its card in Markdown, next to the weights, says more. */
export interface WeightsCard {
  /** The puzzles in words, such as `Sudoku of 9x9`. */
  readonly solves: string;
  /** The task as configs of `hrm` name it, such as `{ kind: 'sudoku', size: 9 }`. */
  readonly task: { readonly kind: string; readonly [option: string]: unknown };
  /** Whether it takes puzzles of other sizes than that of `task`: `loadModel(bytes, { grid: { rows, columns } })`. */
  readonly anySize?: true;
  readonly parameters: number;
  /** The number type in the file. */
  readonly precision: 'float32' | 'float16' | 'bfloat16';
  /** Size of the file. */
  readonly bytes: number;
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
  /** The training step of the weights, and the steps of the whole training. */
  readonly step: number;
  readonly steps: number;
  readonly seed: number;
  readonly figures: readonly WeightsFigure[];
}
