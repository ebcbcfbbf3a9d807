/** What decided which answer is given, see {@link TriesOptions.chooseBy}; `'only'`: there was one answer. */
export type ChosenBy = 'verify' | 'halt' | 'agreement' | 'cells' | 'only';

/** One try at a puzzle. */
export interface Attempt {
  /** Its last answer, turned back if it tried a symmetric puzzle, `[seqLen]`. */
  answer: Int32Array;
  /** Segments computed. */
  segments: number;
  /** The halt logit after its last segment; undefined if the controller has none. */
  haltValue: number | undefined;
  /** Whether the task verified its answer; undefined if nothing was verified. */
  verified: boolean | undefined;
  /** Whether it was stopped because another try was verified. */
  stopped: boolean;
}

/** The state of one try after one of its segments. */
export interface TrySegment {
  /** Index of the puzzle. */
  puzzle: number;
  /** Index of the try, from 0. */
  attempt: number;
  /** Number of the segment, from 1. */
  segment: number;
  /** The question of this segment, `[seqLen]`: in another form with symmetries, with committed cells in a search. */
  inputs: Int32Array;
  /** The answer so far, `[seqLen]`. */
  answer: Int32Array;
  /** Whether the controller halts here; the try may go on. */
  halted: boolean;
  /** The halting controller's logits, such as `halt` and `continue`. */
  haltLogits: Readonly<Record<string, number>>;
}

/** The answer to a puzzle after some tries, and what it cost. */
export interface Thought<A extends Attempt = Attempt> {
  /** The chosen answer, `[seqLen]`. */
  answer: Int32Array;
  chosenBy: ChosenBy;
  /** Whether the task verified the answer; undefined if nothing was verified. */
  verified: boolean | undefined;
  /** Tries begun. */
  tries: number;
  /** Segments of the try whose answer was chosen; of the longest one, if the answer was chosen by cells. */
  segments: number;
  /** Segments computed for this puzzle in all its tries: the sum over slots. Rows of padding do not count. */
  modelCalls: number;
  /** Whether the answer, or that of any try, was right by `isRight`; undefined without it. */
  oracle: boolean | undefined;
  /** The tries, in their order. */
  attempts: readonly A[];
}
