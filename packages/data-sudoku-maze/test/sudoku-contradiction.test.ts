import { describe, expect, it } from 'vitest';
import { countSudokuSolutions, parseSudoku, sudokuContradiction } from '../src/index';

describe('sudokuContradiction', () => {
  it.each([
    ['1..1............', '1 occurs twice in row 1: in row 1, column 1 and in row 1, column 4'],
    ['.2...........2..', '2 occurs twice in column 2: in row 1, column 2 and in row 4, column 2'],
    ['..3....3........', '3 occurs twice in the box of rows 1 to 2 and columns 3 to 4: in row 1, column 3 and in row 2, column 4'],
    ['.123.......4....', undefined],
    ['.123....4.......', 'no digit fits in row 1, column 1'],
    ['..12......4.4...', undefined],
    ['12..........3..3', '3 occurs twice in row 4: in row 4, column 1 and in row 4, column 4'],
    ['12.....3......3.', '3 fits nowhere in row 1'],
  ])('of %s', (text, expected) => {
    expect(sudokuContradiction(parseSudoku(text))).toBe(expected);
    if (expected !== undefined) expect(countSudokuSolutions(parseSudoku(text))).toBe(0);
  }); // prettier-ignore
});
