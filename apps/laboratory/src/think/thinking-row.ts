/** How well puzzles were solved in one way of thinking, and what it cost. */
export interface ThinkingRow {
  /** The way: one pass, tries, a vote, or a search, always by this name. */
  strategy: string;
  /** Whether it is the control of a search: the same without a trained model. */
  isControl: boolean;
  /** The most tries or branches at a puzzle, and the most segments of each; steps for a search without a model. */
  tries: number;
  segments: number;
  /** Puzzles tried. */
  puzzles: number;
  /** The share of them that is solved. */
  solved: number;
  /** The share of them for which any try had the right answer; undefined if it is the same by the way it chooses. */
  oracle?: number;
  /** Segments times slots of a puzzle, on average: 0 without a model. */
  modelCalls: number;
}

/** Whether the answer to a puzzle is right. */
export type IsRight = (puzzle: number, answer: Int32Array) => boolean;

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
