import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom, tokensFromCells } from '@hrm/data';
import {
  applySudokuSymmetry,
  countSudokuSolutions,
  generateSudoku,
  randomSudokuSymmetry,
  SUDOKU_SIZES,
  sudokuAugmentation,
  verifySudoku,
} from '../src/index';

describe.each(SUDOKU_SIZES)('symmetries of %ix', (size) => {
  it('keep puzzles valid, unique and with as many givens', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        const random = new SeededRandom(seed);
        const puzzle = generateSudoku(random, { size });
        const symmetry = randomSudokuSymmetry(size, random);
        const question = applySudokuSymmetry(puzzle.question, symmetry);
        const answer = applySudokuSymmetry(puzzle.answer, symmetry);
        expect(verifySudoku(question, answer).valid).toBe(true);
        expect(countSudokuSolutions(question, 2)).toBe(1);
        const givens = (grid: Uint8Array) => grid.filter((digit) => digit !== 0).length;
        expect(givens(question)).toBe(givens(puzzle.question));
        expect([...symmetry.source].sort((a, b) => a - b)).toEqual(Array.from({ length: size * size }, (_, k) => k));
        expect([...symmetry.digits].sort((a, b) => a - b)).toEqual(Array.from({ length: size + 1 }, (_, k) => k));
      }),
      { numRuns: size === 16 ? 5 : 60 },
    );
  });

  it('as augmentation move blanks, padding and ignored labels with their cells', () => {
    const random = new SeededRandom(size);
    const { question, answer } = generateSudoku(random, { size });
    const augment = sudokuAugmentation(size);
    for (let k = 0; k < 20; k++) {
      const inputs = tokensFromCells(question);
      const labels = tokensFromCells(answer).map((label, cell) => (question[cell] === 0 ? label : -100));
      augment(inputs, labels, random);
      const moved = inputs.map((token) => token - 1);
      expect(labels.filter((label) => label === -100)).toHaveLength(question.filter((digit) => digit > 0).length);
      const full = moved.map((digit, cell) => (digit === 0 ? labels[cell]! - 1 : digit));
      moved.forEach((digit, cell) => expect(digit === 0).toBe(labels[cell] !== -100));
      expect(verifySudoku(moved, full).valid).toBe(true);
    }
  });
});

describe('symmetries', () => {
  it('reach all of a 4x4 grid: its digits, bands, rows, stacks, columns and the transpose', () => {
    const grid = generateSudoku(new SeededRandom(0), { size: 4 }).answer;
    const random = new SeededRandom(0);
    const images = new Set<string>();
    const maps = new Set<string>();
    for (let k = 0; k < 20_000; k++) {
      const symmetry = randomSudokuSymmetry(4, random);
      images.add(applySudokuSymmetry(grid, symmetry).join());
      maps.add(symmetry.source.join());
    }
    // (2 bands x 2 x 2 rows) squared, and transposed: 128 ways to move the cells.
    expect(maps.size).toBe(128);
    // The two kinds of 4x4 grids have 96 and 192 members.
    expect([96, 192]).toContain(images.size);
  });

  it('of 6x6 never transpose', () => {
    const random = new SeededRandom(0);
    for (let k = 0; k < 200; k++) {
      const { source } = randomSudokuSymmetry(6, random);
      // Cells of one new row come from one old row.
      expect(new Set(source.subarray(0, 6).map((cell) => Math.floor(cell / 6))).size).toBe(1);
    }
  });

  it('refuse grids of another size', () => {
    const symmetry = randomSudokuSymmetry(4, new SeededRandom(0));
    expect(() => applySudokuSymmetry(new Uint8Array(81), symmetry)).toThrow(/16 cells\); got 81/);
    const augment = sudokuAugmentation(4);
    expect(() => augment(new Int32Array(81), new Int32Array(81), new SeededRandom(0))).toThrow(/16 tokens .* got 81/);
  });
});
