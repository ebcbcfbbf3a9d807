import { sudokuConflicts } from '../solving/verify-sudoku';

/**
 * Finds the wrong cells of a prediction: those that differ from the answer. Without an answer, those that change a
 * given or repeat a digit in a row, column or box.
 */
export function wrongSudokuCells(
  question: ArrayLike<number>,
  prediction: ArrayLike<number>,
  answer?: ArrayLike<number>,
): Set<number> {
  const wrong = new Set<number>(answer ? [] : sudokuConflicts(prediction));
  for (let cell = 0; cell < question.length; cell++) {
    const expected = answer ? answer[cell] : question[cell] || prediction[cell];
    if (prediction[cell] !== expected) wrong.add(cell);
  }
  return wrong;
}
