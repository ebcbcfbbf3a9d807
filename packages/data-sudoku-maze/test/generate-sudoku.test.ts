import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@hrm/data';
import {
  countSudokuSolutions,
  DEFAULT_SUDOKU_GIVENS,
  formatSudoku,
  generateSudoku,
  generateSudokuPuzzles,
  SUDOKU_SIZES,
  type SudokuSize,
  verifySudoku,
} from '../src/index';

const givensOf = (question: Uint8Array): number => question.filter((digit) => digit !== 0).length;

describe('the generator', () => {
  it.each(SUDOKU_SIZES)('of %ix makes puzzles with one answer and as many givens as by default', (size) => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        const { question, answer } = generateSudoku(new SeededRandom(seed), { size });
        expect(countSudokuSolutions(question, 2)).toBe(1);
        expect(verifySudoku(question, answer).valid).toBe(true);
        const [fewest, most] = DEFAULT_SUDOKU_GIVENS[size];
        expect(givensOf(question)).toBeGreaterThanOrEqual(fewest);
        expect(givensOf(question)).toBeLessThanOrEqual(most);
      }),
      { numRuns: size === 16 ? 5 : 50 },
    );
  });

  it.each([
    [4, 4],
    [4, 16],
    [6, 9],
    [9, 24],
    [9, 40],
  ] as [SudokuSize, number][])('of %ix makes puzzles with exactly %i givens', (size, givens) => {
    for (const seed of [0, 1, 2]) {
      const { question } = generateSudoku(new SeededRandom(seed), { size, givens });
      expect(givensOf(question)).toBe(givens);
      expect(countSudokuSolutions(question, 2)).toBe(1);
    }
  });

  it('uses the whole of a range', () => {
    const counts = new Set(
      generateSudokuPuzzles({ size: 4, givens: [6, 8], count: 100 }).map((p) => givensOf(p.question)),
    );
    expect([...counts].sort()).toEqual([6, 7, 8]);
  });

  it('is repeatable, and different for another seed', () => {
    const puzzles = (seed: number) =>
      generateSudokuPuzzles({ size: 4, count: 20, seed }).map(({ question }) => formatSudoku(question));
    expect(puzzles(0)).toEqual(puzzles(0));
    expect(puzzles(0)).not.toEqual(puzzles(1));
  });

  it('fills grids of every kind: all 288 of 4x4 appear', () => {
    const answers = generateSudokuPuzzles({ size: 4, count: 4000 }).map(({ answer }) => answer.join());
    expect(new Set(answers).size).toBe(288);
  });

  it('makes no puzzle twice, and none that is excluded', () => {
    const train = generateSudokuPuzzles({ size: 4, givens: 5, count: 2000, seed: 0 });
    const options = { size: 4, givens: 5, seed: 0 } as const;
    const test = generateSudokuPuzzles({ ...options, count: 500, exclude: train, excludeEquals: false });
    const keys = [...train, ...test].map(({ question }) => question.join());
    expect(new Set(keys).size).toBe(2500);
  });

  it('reports when there are too few', () => {
    expect(() => generateSudokuPuzzles({ size: 4, givens: 16, count: 289 })).toThrow(/only 288 different puzzles/);
    expect(() => generateSudoku(new SeededRandom(0), { size: 4, givens: 3, maxAttempts: 50 })).toThrow(
      /no 4x4 Sudoku with 3 givens and one answer in 50 grids/,
    );
  });

  it.each([0, -1, 82, 1.5, [5, 4], [1, NaN]])('refuses %j givens', (givens) => {
    expect(() => generateSudoku(new SeededRandom(0), { givens: givens as never })).toThrow(/givens must be/);
  });
});
