import type { Example } from '../layout/build-dataset';
import type { Task } from '../tasks/task';
import type { RawExample } from './raw-example';

/** The largest vocabulary that is planned: a model has a vector for each token. */
export const MAX_VOCAB_SIZE = 65_536;

/** How the examples of some files become tokens. */
export interface ImportPlan<Options> {
  /** The task of the examples. `buildDataset` takes it for its sizes. */
  task: Task;
  /** The options of the function that made the task. A program that stores them can make it again. */
  options: Options;
  /** Turns an example into tokens. It must be one of those that were added. */
  encode(example: RawExample): Example;
  /** Symbols or colors of other files that the first one does not have: a model cannot learn them from it. */
  unseen: string[];
  /** The longest question and answer, in symbols or as columns and rows. */
  longest: { input: string; output: string };
  /** The number of answers without a symbol. */
  emptyAnswers: number;
}

/** Finds the sizes and symbols that examples need. */
export interface ImportPlanner<Options> {
  /**
   * Adds the examples of a file. Add training examples first.
   *
   * @throws PuzzleTextError with the line, for an example that is not of the kind.
   */
  add(examples: Iterable<RawExample>): void;
  /** Returns the plan for all examples added. @throws RangeError if there are none. */
  plan(): ImportPlan<Options>;
}
