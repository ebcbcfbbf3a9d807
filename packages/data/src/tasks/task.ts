import type { Augmentation } from '../batches/augmentation';
import type { SeededRandom } from '../seeded-random';
import type { Verdict } from './verdict';

/** A question and its answer as tokens, each at most as long as the task's `seqLen`. */
export interface TaskExample {
  input: ArrayLike<number>;
  /** The answer at each position of the input. */
  output: ArrayLike<number>;
}

/** What is known of a question before a model sees it. */
export interface Examination {
  /** Why the question has no answer; undefined if it may have one. */
  flaw?: string | undefined;
  /** A remark for the user, such as that several answers are right. */
  note?: string | undefined;
  /** The only right answer, as tokens, if it is known. Drawings mark where a prediction differs. */
  answer?: ArrayLike<number> | undefined;
}

/** Options of a drawing. */
export interface TaskDrawing {
  /** The answer of a model as tokens. Default: the question alone is drawn. */
  prediction?: ArrayLike<number> | undefined;
  /** The right answer as tokens, to mark where the prediction differs. */
  answer?: ArrayLike<number> | undefined;
  /** Whether to use ANSI colours. Default false. */
  color?: boolean | undefined;
}

/** A question or an answer as rows of cells, for a page to draw. */
export interface TaskPicture {
  /**
   * How cells are drawn: `digits`, empty where unknown; a `maze` of `#`, `S`, `G`, `o` for the path and spaces; `colours`
   * named by numbers from 0, as in ARC; or `symbols`, drawn as they are.
   */
  style: 'digits' | 'maze' | 'colours' | 'symbols';
  /** The text of each cell, one list for each row. */
  rows: readonly (readonly string[])[];
  /** The size of the boxes that thicker lines are drawn around. Default: there are none. */
  boxes?: { readonly rows: number; readonly columns: number };
}

/** A way to pose a question in another form with the same answer, such as a turned grid. */
export interface TaskSymmetry {
  /** The question in the other form. */
  apply(question: ArrayLike<number>): ArrayLike<number>;
  /** Turns an answer to the question in the other form into one to the question itself. It may hold any tokens. */
  undo(answer: ArrayLike<number>): ArrayLike<number>;
}

/** A question in a text of many. */
export interface QuestionInText {
  /** The line that it begins on, from 1. */
  line: number;
  question: ArrayLike<number>;
}

/** Options of `generateExamples`. A task with its own `generateExamples` may take more, such as `givens` of a Sudoku. */
export interface GenerateExamplesOptions {
  /** The number of examples. */
  count: number;
  /** Equal seeds give equal examples. Default 0. */
  seed?: number | undefined;
  /** Examples that must not occur again, not even as a symmetric one, such as the training examples. */
  exclude?: readonly TaskExample[] | undefined;
  /** Called after each example, with their number, to show progress. */
  onProgress?: ((found: number) => void) | undefined;
  readonly [option: string]: unknown;
}

/**
 * What `defineTask` takes: how a kind of puzzle is written, drawn and checked. Only the first five members are
 * required.
 *
 * Questions, answers and predictions are tokens. Token 0 is padding; `defineTask` removes it from the end before it
 * calls one of these functions. A prediction may hold any tokens, also padding within.
 */
export interface TaskDefinition {
  /** The puzzles in words, as in "The run solves Sudoku of 9x9". */
  name: string;
  /** Tokens are 0 to vocabSize - 1, including the padding token 0. */
  vocabSize: number;
  /** Tokens of the longest question or answer. */
  seqLen: number;
  /** Turns a question, as a person writes it, into tokens. @throws PuzzleTextError for text that is not a question. */
  encode(text: string): ArrayLike<number>;
  /** Turns the tokens of a question, an answer or a prediction into one line of text. */
  decode(tokens: ArrayLike<number>): string;
  /** Reads the questions of a file. Default: one on each line that is not empty, by `encode`. */
  readLines?(lines: readonly string[]): Iterable<QuestionInText>;
  /** Draws a question, or a prediction of its answer, as text of one or more lines. Default: `decode`. */
  draw?(question: ArrayLike<number>, drawing: TaskDrawing): string;
  /** A question, or a prediction of its answer, as rows of cells. Default: pages show the text of `draw`. */
  picture?(tokens: ArrayLike<number>): TaskPicture;
  /** Whether an answer is right. Default: unknown. */
  verify?(question: ArrayLike<number>, answer: ArrayLike<number>): Verdict;
  /** Looks for flaws and remarks before a question is solved. Default: none. */
  examine?(question: ArrayLike<number>): Examination;
  /** Turns a training example into a random equivalent one. Default: there are no known symmetries. */
  augment?: Augmentation;
  /**
   * Draws a symmetry: the answer to the question in the other form, turned back, is an answer to the question. For
   * several tries at one puzzle. Default: there are no known symmetries.
   */
  symmetry?(random: SeededRandom): TaskSymmetry;
  /**
   * The token of a cell of the question whose answer is not known yet. A question in which some of these cells hold
   * tokens of the answer is a question too; so a search can go on from a partial answer. Default: not so.
   */
  openToken?: number;
  /**
   * The cells of a question, or of one with a part of its answer, that break a rule; none if no rule is broken so far.
   * A search turns back there. Default: unknown.
   */
  conflicts?(question: ArrayLike<number>): readonly number[];
  /** Returns the same text for all questions that are equal up to symmetry. Default: its tokens. */
  puzzleClass?(question: ArrayLike<number>): string;
  /** Draws one random example. Default: examples cannot be generated, they come from files. */
  generate?(random: SeededRandom): TaskExample;
  /** Draws distinct examples. Default: the function `generateExamples` draws them by `generate`. */
  generateExamples?(options: GenerateExamplesOptions): TaskExample[];
  /** Rows and columns of a puzzle on a grid, for layers that use them. Default: the puzzles are sequences. */
  grid?: { readonly rows: number; readonly columns: number };
  /**
   * Whether the model learns that an answer shorter than `seqLen` is followed by padding, so that its predictions end
   * where the answer ends; with `ignored`, its predictions there are arbitrary. Default `learned`.
   */
  answerPadding?: 'learned' | 'ignored';
}

/** A kind of puzzle, as `defineTask` returns it: its definition, checked, with the defaults filled in. */
export type Task = TaskDefinition &
  Required<Pick<TaskDefinition, 'readLines' | 'draw' | 'examine' | 'puzzleClass' | 'answerPadding'>>;
