import { invalid, VALID, type Verdict } from '@hrm/data';
import { expectArray } from '@hrm/files/internal';
import { geometryOfGrid } from '../sudoku-geometry';

/** Finds the cells whose digit occurs twice in a row, column or box. Blanks do not conflict. */
export function sudokuConflicts(grid: ArrayLike<number>): number[] {
  const { units, size } = geometryOfGrid(grid);
  const conflicts = new Set<number>();
  for (let start = 0; start < units.length; start += size) {
    const placeOf = new Map<number, number>();
    for (let index = start; index < start + size; index++) {
      const cell = units[index]!;
      const digit = grid[cell]!;
      if (digit === 0) continue;
      const earlier = placeOf.get(digit);
      if (earlier !== undefined) conflicts.add(earlier).add(cell);
      placeOf.set(digit, cell);
    }
  }
  return [...conflicts].sort((a, b) => a - b);
}

/**
 * Checks whether an answer solves a puzzle: it keeps every given, every cell has a digit, and no digit occurs twice in
 * a row, column or box. The answer need not be unique.
 *
 * @param question digits row by row, 0 for blank; its length determines the size.
 * @param answer any values, such as the prediction of a model.
 * @throws RangeError if the question has an unknown size.
 *
 * @example
 * ```ts
 * import { parseSudoku, verifySudoku } from '@hrm/data-sudoku-maze';
 *
 * const question = parseSudoku('1.....3..4.....2');
 * console.log(verifySudoku(question, parseSudoku('1324423124133142')).valid); // true
 * console.log(verifySudoku(question, parseSudoku('1324423124133143')).reason); // a given was changed ...
 * ```
 */
export function verifySudoku(question: ArrayLike<number>, answer: ArrayLike<number>): Verdict {
  const { size, cells } = geometryOfGrid(question);
  expectArray('verifySudoku', answer);
  if (answer.length !== cells) return invalid(`the answer has ${answer.length} cells, the question ${cells}`);

  const place = (cell: number) => `row ${Math.floor(cell / size) + 1}, column ${(cell % size) + 1}`;
  const wrong = (test: (cell: number) => boolean) => Array.from({ length: cells }, (_, cell) => cell).filter(test);

  const noDigit = wrong((cell) => !(Number.isInteger(answer[cell]) && answer[cell]! >= 1 && answer[cell]! <= size));
  if (noDigit.length > 0) return invalid(`no digit from 1 to ${size} in ${place(noDigit[0]!)}`, noDigit);

  const changed = wrong((cell) => question[cell] !== 0 && question[cell] !== answer[cell]);
  if (changed.length > 0) return invalid(`a given was changed in ${place(changed[0]!)}`, changed);

  const conflicts = sudokuConflicts(answer);
  if (conflicts.length > 0) {
    const first = conflicts[0]!;
    return invalid(`${answer[first]} in ${place(first)} occurs twice in a row, column or box`, conflicts);
  }
  return VALID;
}
