import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@hrm/data';
import {
  countSudokuSolutions,
  formatSudoku,
  generateSudoku,
  parseSudoku,
  solveSudoku,
  SUDOKU_SIZES,
  sudokuDifficulty,
  sudokuGeometry,
  sudokuProbabilities,
  verifySudoku,
} from '../src/index';
import { testLines } from './testdata';

/** All completions of a 4x4 grid by trying every digit in every cell; rows, columns and boxes written out anew. */
function bruteForce(grid: number[], cell = 0): number {
  if (cell === 16) return 1;
  if (grid[cell] !== 0) return bruteForce(grid, cell + 1);
  let count = 0;
  for (let digit = 1; digit <= 4; digit++) {
    const clash = grid.some((other, at) => {
      const sameRow = at >> 2 === cell >> 2;
      const sameColumn = (at & 3) === (cell & 3);
      const sameBox = at >> 3 === cell >> 3 && (at & 3) >> 1 === (cell & 3) >> 1;
      return other === digit && at !== cell && (sameRow || sameColumn || sameBox);
    });
    if (clash) continue;
    grid[cell] = digit;
    count += bruteForce(grid, cell + 1);
    grid[cell] = 0;
  }
  return count;
}

const hasClash = (grid: number[]): boolean =>
  grid.some((digit, cell) => {
    if (digit === 0) return false;
    const without = grid.slice();
    without[cell] = 0;
    return without.some((other, at) => {
      const together =
        at >> 2 === cell >> 2 ||
        (at & 3) === (cell & 3) ||
        (at >> 3 === cell >> 3 && (at & 3) >> 1 === (cell & 3) >> 1);
      return together && other === digit;
    });
  });

describe('the solver', () => {
  it('finds the 288 grids of 4x4', () => {
    expect(countSudokuSolutions(new Uint8Array(16), 1000)).toBe(288);
  });

  it('counts as many solutions as brute force, on random 4x4 grids with and without contradictions', () => {
    const cell = fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }) },
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 16, maxLength: 16 }), (grid) => {
        const expected = hasClash(grid) ? 0 : bruteForce(grid.slice());
        expect(countSudokuSolutions(grid, 1000)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('counts as many solutions as brute force on partly blanked full 4x4 grids', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }), (seed, keep) => {
        const { answer } = generateSudoku(new SeededRandom(seed), { size: 4 });
        const grid = Array.from(answer, (digit, cell) => (keep[cell] ? digit : 0));
        const solution = solveSudoku(grid, { limit: 1000 });
        expect(solution.solutions).toBe(bruteForce(grid.slice()));
        expect(solution.complete).toBe(true);
        expect(verifySudoku(grid, solution.answer!).valid).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('solves 17-clue puzzles, each with one solution', () => {
    const lines = testLines('sudoku-17-clue-100.txt');
    expect(lines).toHaveLength(100);
    for (const line of lines) {
      const question = parseSudoku(line);
      expect(question.filter((digit) => digit !== 0)).toHaveLength(17);
      const { solutions, answer, complete } = solveSudoku(question, { limit: 2 });
      expect({ line, solutions, complete }).toEqual({ line, solutions: 1, complete: true });
      expect(verifySudoku(question, answer!).valid).toBe(true);
    }
  });

  it('gives the answers that Sudoku-Extreme has', () => {
    const rows = testLines('sudoku-extreme-40.csv').slice(1);
    expect(rows).toHaveLength(40);
    for (const row of rows) {
      const [, question, answer] = row.split(',');
      const solved = solveSudoku(parseSudoku(question!), { limit: 2 });
      expect(solved.solutions).toBe(1);
      expect(formatSudoku(solved.answer!)).toBe(answer);
    }
  });

  it('gives a second solution only if there is one', () => {
    const grid = parseSudoku('12..' + '34..' + '....' + '....');
    const { answer, another, solutions } = solveSudoku(grid, { limit: 2 });
    expect(solutions).toBe(2);
    for (const found of [answer!, another!]) expect(verifySudoku(grid, found).valid).toBe(true);
    expect(formatSudoku(another!)).not.toBe(formatSudoku(answer!));
    expect(solveSudoku(grid).another).toBeUndefined();
    expect(solveSudoku(answer!, { limit: 2 }).another).toBeUndefined();
    // A third one does not take its place.
    expect(solveSudoku(grid, { limit: 3 })).toMatchObject({ solutions: 3, answer, another });
  });

  it('counts no guesses where singles are enough, and some where they are not', () => {
    const easy = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79';
    const hard = '4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......';
    expect(sudokuDifficulty(parseSudoku(easy))).toBe(0);
    expect(sudokuDifficulty(parseSudoku(hard))).toBeGreaterThan(5);
  });

  it('fills an open grid by the random numbers that it is given', () => {
    const grid = new Uint8Array(81);
    const fill = (seed: number) => solveSudoku(grid, { random: new SeededRandom(seed) }).answer!;
    expect(verifySudoku(grid, fill(1)).valid).toBe(true);
    expect(fill(1)).toEqual(fill(1));
    expect(fill(1)).not.toEqual(fill(2));
    expect(() => solveSudoku(grid, { random: 1 as never })).toThrow('solveSudoku: random');
  });

  it('stops at the limit and at the number of guesses', () => {
    expect(solveSudoku(new Uint8Array(81), { limit: 7 }).solutions).toBe(7);
    const stopped = solveSudoku(new Uint8Array(81), { limit: 2, maxGuesses: 3 });
    expect(stopped).toMatchObject({ guesses: 3, complete: false, solutions: 0, answer: undefined });
  });

  it('refuses grids of other sizes and cells that are no digits', () => {
    expect(() => solveSudoku(new Uint8Array(80))).toThrow(/16, 36, 81 or 256 cells; got 80/);
    expect(() => solveSudoku(new Uint8Array(16).fill(5, 6, 7))).toThrow(/got 5 in row 2, column 3/);
  });
});

describe('the geometry', () => {
  it.each(SUDOKU_SIZES)('of size %i: every cell in one row, column and box, with the right peers', (size) => {
    const { units, peers, peersPerCell, cells, boxRows, boxColumns } = sudokuGeometry(size);
    expect(boxRows * boxColumns).toBe(size);
    expect(units).toHaveLength(3 * cells);
    for (let cell = 0; cell < cells; cell++) expect(units.filter((other) => other === cell)).toHaveLength(3);
    expect(peersPerCell).toBe(3 * (size - 1) - (boxRows - 1) - (boxColumns - 1));
    expect(peers).toHaveLength(cells * peersPerCell);
  });

  it('of 6x6 has boxes of 2 rows and 3 columns', () => {
    const { units } = sudokuGeometry(6);
    expect([...units.subarray(72, 78)]).toEqual([0, 1, 2, 6, 7, 8]);
  });

  it('refuses other sizes', () => {
    expect(() => sudokuGeometry(8)).toThrow(/4, 6, 9, 16; got 8/);
  });
});

describe('sudokuProbabilities', () => {
  const tokensOf = (grid: ArrayLike<number>, cell: number) => [
    ...sudokuProbabilities(grid).slice(cell * 6, cell * 6 + 6),
  ];

  it('fills in naked singles, and shares what is left among the digits that fit', () => {
    const grid = parseSudoku('1...' + '..3.' + '.4..' + '...2');
    const { answer } = solveSudoku(grid);
    for (let cell = 0; cell < 16; cell++) expect(tokensOf(grid, cell)[answer![cell]! + 1]).toBe(1);
    const open = parseSudoku('1...' + '....' + '....' + '....');
    expect(tokensOf(open, 0)).toEqual([0, 0, 1, 0, 0, 0]);
    expect(tokensOf(open, 1)).toEqual([0, 0, 0, 1, 1, 1].map((p) => Math.fround(p / 3)));
    expect(tokensOf(open, 15)).toEqual([0, 0, 0.25, 0.25, 0.25, 0.25]);
  });

  it('has zeros in a cell in which no digit fits', () => {
    expect(tokensOf(parseSudoku('.12.' + '3...' + '...4' + '....'), 3)).toEqual([0, 0, 0, 0, 1, 0]);
    expect(tokensOf(parseSudoku('.12.' + '3...' + '4...' + '....'), 0)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
