import type { Picture } from '@hrm/ui/run-record';
import type { Task } from '@hrm/data';

/** A row as one text where each cell has one character, which takes a quarter of the space. */
const compact = (row: readonly string[]): string | readonly string[] =>
  row.every((cell) => cell.length <= 1) ? row.map((cell) => cell || ' ').join('') : row;

/** The picture of a question. */
export function pictureOfQuestion(task: Task, question: ArrayLike<number>): Picture {
  return boardOf(task, question) ?? { style: 'text', text: task.draw(question, {}) };
}

/** The picture of an answer, right or not. */
export function pictureOfAnswer(task: Task, question: ArrayLike<number>, answer: ArrayLike<number>): Picture {
  return boardOf(task, answer) ?? { style: 'text', text: task.draw(question, { prediction: answer }) };
}

function boardOf(task: Task, tokens: ArrayLike<number>): Picture | undefined {
  const board = task.picture?.(tokens);
  return board && { ...board, rows: board.rows.map(compact) };
}
