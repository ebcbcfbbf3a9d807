import { PuzzleTextError, type Task, type Verdict } from '@hrm/data';
import { UsageError } from '../command-line/usage-error';

/** A puzzle as tokens, text and drawing. */
export interface ShownPuzzle {
  /** Padded to the length of the task. */
  tokens: Int32Array;
  /** Why the puzzle has no solution; undefined if it may have one. */
  flaw?: string | undefined;
  /** A remark, such as that it has several solutions. */
  note?: string | undefined;
  /** The puzzle, or a prediction of its answer, as text for a person. */
  draw(predicted?: ArrayLike<number>): string;
  /** The puzzle, or a prediction of its answer, in one line. */
  format(predicted?: ArrayLike<number>): string;
  /** Predicted tokens, with padding wherever the text of the prediction has no cell. */
  cells(predicted: Int32Array): Int32Array;
  /** Whether predicted tokens solve the puzzle; undefined if this cannot be verified. */
  verify(predicted: ArrayLike<number>): Verdict | undefined;
}

/** Shows a question. @throws RangeError if the task refuses it. */
export function showQuestion(task: Task, question: ArrayLike<number>, { color = false } = {}): ShownPuzzle {
  const { flaw, note, answer } = task.examine(question);
  const tokens = new Int32Array(task.seqLen);
  tokens.set(question);
  return {
    tokens,
    flaw,
    note,
    draw: (predicted) => task.draw(question, predicted ? { prediction: predicted, answer, color } : { color }),
    format: (predicted = question) => task.decode(predicted),
    cells: (predicted) => {
      const padded = new Int32Array(task.seqLen);
      try {
        padded.set(task.encode(task.decode(predicted)));
        return padded;
      } catch {
        // Not every prediction has a text that could be a question.
        return predicted;
      }
    },
    verify: (predicted) => task.verify?.(question, predicted),
  };
}

/** A message as a sentence: tasks of a user may leave out the full stop. */
export const sentence = (message: string) => (/[.!?]$/.test(message) ? message : `${message}.`);

/**
 * Parses a puzzle that is given on the command line.
 *
 * @throws UsageError that names what is wrong, and the puzzles that the run solves.
 */
export function showPuzzle(task: Task, text: string, { color = false, solver = 'The run' } = {}): ShownPuzzle {
  try {
    return showQuestion(task, task.encode(text), { color });
  } catch (error) {
    const isOfText = error instanceof PuzzleTextError;
    if (!isOfText && !(error instanceof RangeError)) throw error;
    const at = isOfText && error.position !== undefined ? `, character ${error.position + 1}` : '';
    throw new UsageError(`PUZZLE${at}: ${sentence(error.message)} ${solver} solves ${task.name}.`);
  }
}
