import { describe, expect, it } from 'vitest';
import { applyDihedralTransform, type DihedralTransform, SeededRandom } from '@hrm/data';
import {
  applySudokuSymmetry,
  generateMaze,
  generateMazePuzzles,
  generateSudoku,
  generateSudokuPuzzles,
  mazeClass,
  type MazePuzzle,
  parseSudoku,
  randomSudokuSymmetry,
  SUDOKU_SIZES,
  sudokuClass,
  sudokuGeometry,
  type SudokuSize,
} from '../src/index';

/** All orders of `count` things. */
function orders(count: number): number[][] {
  if (count === 0) return [[]];
  return orders(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, at) => [...order.slice(0, at), count - 1, ...order.slice(at)]),
  );
}

/** All orders of the lines that keep those of a band together. */
function lineOrders(size: number, linesPerGroup: number): number[][] {
  const within = orders(linesPerGroup);
  return orders(size / linesPerGroup).flatMap((groups) =>
    groups.reduce<number[][]>(
      (begun, group) =>
        begun.flatMap((lines) =>
          within.map((order) => [...lines, ...order.map((line) => group * linesPerGroup + line)]),
        ),
      [[]],
    ),
  );
}

/** The class of a grid by brute force: the smallest of all its equals. */
function leastOfAll(grid: Uint8Array, size: SudokuSize): string {
  const { boxRows, boxColumns } = sudokuGeometry(size);
  const transposed = grid.map((_, cell) => grid[(cell % size) * size + Math.floor(cell / size)]!);
  let least = '~';
  for (const from of boxRows === boxColumns ? [grid, transposed] : [grid]) {
    for (const rows of lineOrders(size, boxRows)) {
      for (const columns of lineOrders(size, boxColumns)) {
        const names = new Map<number, number>([[0, 0]]);
        let text = '';
        for (const row of rows) {
          for (const column of columns) {
            const digit = from[row * size + column]!;
            if (!names.has(digit)) names.set(digit, names.size);
            text += names.get(digit);
          }
        }
        if (text < least) least = text;
      }
    }
  }
  return least;
}

/** The most symmetric grid of 9x9: 648 of its orders are the same but for the names of digits. */
const MOST_SYMMETRIC = '123456789456789123789123456231564897564897231897231564312645978645978312978312645';

describe('sudokuClass', () => {
  it.each([
    [4, 150],
    [6, 12],
  ] as const)('distinguishes puzzles of %ix exactly as a comparison of all symmetries does', (size, count) => {
    const puzzles = generateSudokuPuzzles({ size, count, ...(size === 4 && { givens: [6, 6] as const }) });
    if (size === 6) {
      // At random none would be equal.
      const random = new SeededRandom(1);
      for (const { question, answer } of puzzles.slice(0, 6)) {
        const symmetry = randomSudokuSymmetry(size, random);
        puzzles.push({ question: applySudokuSymmetry(question, symmetry), answer });
      }
    }
    const ours = puzzles.map(({ question }) => sudokuClass(question));
    const exact = puzzles.map(({ question }) => leastOfAll(question, size));
    expect(new Set(exact).size).toBeLessThan(puzzles.length);
    expect(ours.map((key) => ours.indexOf(key))).toEqual(exact.map((key) => exact.indexOf(key)));
  });

  it.each(SUDOKU_SIZES)('is the same for all symmetric forms of a %ix puzzle, and of its answer', (size) => {
    const random = new SeededRandom(size);
    for (let k = 0; k < 20; k++) {
      const { question, answer } = generateSudoku(random, { size });
      for (const grid of [question, answer]) {
        const key = sudokuClass(grid);
        expect(key).not.toContain('~');
        expect(sudokuClass(applySudokuSymmetry(grid, randomSudokuSymmetry(size, random)))).toBe(key);
        expect(sudokuClass(parseSudoku(key))).toBe(key);
      }
    }
  });

  it.each(SUDOKU_SIZES)('differs if a %ix puzzle has one given fewer', (size) => {
    const random = new SeededRandom(size);
    const { question } = generateSudoku(random, { size });
    const fewer = question.slice();
    fewer[fewer.findIndex((digit) => digit !== 0)] = 0;
    expect(sudokuClass(fewer)).not.toBe(sudokuClass(question));
  });

  it('distinguishes two of the most symmetric grids, each with two digits swapped in two places', () => {
    const random = new SeededRandom(0);
    const grid = parseSudoku(MOST_SYMMETRIC);
    const key = sudokuClass(grid);
    expect(key).not.toContain('~');
    for (let k = 0; k < 5; k++) {
      expect(sudokuClass(applySudokuSymmetry(grid, randomSudokuSymmetry(9, random)))).toBe(key);
    }
    const exchanged = grid.slice();
    [exchanged[0], exchanged[1]] = [grid[1]!, grid[0]!];
    expect(sudokuClass(exchanged)).not.toBe(key);
  });

  it('gives grids too empty to be puzzles one hash a class', () => {
    const random = new SeededRandom(0);
    const grid = new Uint8Array(256);
    grid[17] = 5;
    const key = sudokuClass(grid);
    expect(key).toMatch(/^~/);
    expect(sudokuClass(applySudokuSymmetry(grid, randomSudokuSymmetry(16, random)))).toBe(key);
  });

  it('refuses anything that is not a grid', () => {
    expect(() => sudokuClass(new Uint8Array(15))).toThrow('16, 36, 81 or 256 cells');
    expect(() => sudokuClass(new Uint8Array(16).fill(5))).toThrow('got 5 in row 1, column 1');
  });
});

describe('mazeClass', () => {
  const classOf = ({ width, height, question }: MazePuzzle) => mazeClass({ width, height, cells: question });

  it('is the same for the symmetric forms of a maze, and differs for another maze', () => {
    const random = new SeededRandom(0);
    const square = generateMaze(random, { width: 8 });
    for (const transform of [0, 1, 2, 3, 4, 5, 6, 7] as DihedralTransform[]) {
      const question = applyDihedralTransform(square.question, 8, 8, transform);
      expect(classOf({ ...square, question })).toBe(classOf(square));
    }
    expect(classOf(generateMaze(random, { width: 8 }))).not.toBe(classOf(square));

    const wide = generateMaze(random, { width: 9, height: 5 });
    const turned = applyDihedralTransform(wide.question, 9, 5, 2);
    expect(classOf({ ...wide, question: turned })).toBe(classOf(wide));
    const transposed = applyDihedralTransform(wide.question, 9, 5, 6);
    expect(classOf({ ...wide, width: 5, height: 9, question: transposed })).not.toBe(classOf(wide));
  });
});

describe('held-out puzzles', () => {
  it('of Sudoku are unlike the excluded ones, up to symmetry: those of the demo, of which 208 were not', () => {
    const options = { size: 4, givens: [6, 8] } as const;
    const train = generateSudokuPuzzles({ ...options, count: 1000, seed: 0 });
    const test = generateSudokuPuzzles({ ...options, count: 500, seed: 1, exclude: train });
    const known = new Set(train.map(({ question }) => sudokuClass(question)));
    expect(test.filter(({ question }) => known.has(sudokuClass(question)))).toEqual([]);
    expect(new Set(test.map(({ question }) => question.join())).size).toBe(500);
  });

  it('of mazes are unlike the excluded ones, turned or mirrored as well', () => {
    const options = { width: 4, minPathLength: 7 };
    const classOf = ({ width, height, question }: MazePuzzle) => mazeClass({ width, height, cells: question });
    const train = generateMazePuzzles({ ...options, count: 300, seed: 0 });
    const test = generateMazePuzzles({ ...options, count: 100, seed: 1, exclude: train });
    const known = new Set(train.map(classOf));
    expect(test.filter((maze) => known.has(classOf(maze)))).toEqual([]);
  });

  it('run out with a clear message', () => {
    const train = generateSudokuPuzzles({ size: 4, givens: 4, count: 400 });
    expect(() => generateSudokuPuzzles({ size: 4, givens: 4, count: 100, seed: 1, exclude: train })).toThrow(
      /Found only \d+ different puzzles of the 100 requested, none of them equal to an excluded one/,
    );
  });
});
