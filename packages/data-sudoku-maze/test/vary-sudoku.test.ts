import { generateSudokuPuzzles, sudokuClass, sudokuDifficulty, countSudokuSolutions, varySudokuPuzzles, parseSudoku } from '@hrm/data-sudoku-maze'; // prettier-ignore
import { describe, expect, it } from 'vitest';

// From the training set of Sudoku-Extreme.
const hard = [
  '...7.2..5....95.8.19..8..67..4...6....79...2.26...1......5......39.....8....784..',
  '......2....42...79....9..54..7.4.9.....6...1713.......7..3....8.6...8..5..2.5.7..',
].map((text) => ({ question: parseSudoku(text) }));

describe('varySudokuPuzzles', () => {
  it('makes other puzzles near the given ones, each with one answer and no superfluous given', () => {
    const made = varySudokuPuzzles({ puzzles: hard, count: 5, seed: 3 });
    for (const { question, answer } of made) {
      expect(countSudokuSolutions(question, 2)).toBe(1);
      expect(question.every((digit, cell) => digit === 0 || digit === answer[cell])).toBe(true);
      const moved = hard.map(({ question: from }) => from.filter((digit, cell) => digit !== question[cell]).length);
      expect(Math.min(...moved)).toBeGreaterThan(0);
      expect(Math.min(...moved)).toBeLessThan(20);
      question.forEach((digit, cell) => {
        if (digit === 0) return;
        const without = question.slice();
        without[cell] = 0;
        expect(countSudokuSolutions(without, 2)).toBe(2);
      });
    }
    expect(new Set(made.map(({ question }) => sudokuClass(question))).size).toBe(5);
  });

  it('repeats itself with the same seed only', () => {
    const make = (seed: number) =>
      varySudokuPuzzles({ puzzles: hard, count: 2, seed }).map(({ question }) => question.join(''));
    expect(make(1)).toEqual(make(1));
    expect(make(1)).not.toEqual(make(2));
  });

  it('keeps to the difficulty asked for', () => {
    const made = varySudokuPuzzles({ puzzles: hard, count: 4, seed: 5, minDifficulty: 20 });
    expect(Math.min(...made.map(({ question }) => sudokuDifficulty(question)))).toBeGreaterThanOrEqual(20);
  });

  it('leaves out excluded puzzles, up to symmetry', () => {
    const puzzles = generateSudokuPuzzles({ size: 4, count: 1, givens: 4, seed: 1 });
    const all = varySudokuPuzzles({ puzzles, count: 20, seed: 1 });
    const [first] = all;
    const rest = varySudokuPuzzles({ puzzles, count: 20, seed: 1, exclude: [first!] });
    const classes = (list: typeof all) => list.map(({ question }) => sudokuClass(question));
    expect(classes(all)).toContain(sudokuClass(first!.question));
    expect(classes(rest)).not.toContain(sudokuClass(first!.question));
  });

  it('says what is wrong', () => {
    expect(() => varySudokuPuzzles({ puzzles: [], count: 1 })).toThrow('expected at least one puzzle');
    expect(() => varySudokuPuzzles({ puzzles: generateSudokuPuzzles({ size: 4, count: 1 }), count: 1, minDifficulty: 99 })).toThrow('lower minDifficulty'); // prettier-ignore
  });
});
