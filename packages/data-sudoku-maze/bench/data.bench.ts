/** How fast puzzles and batches are made: `npx vitest bench --project data-sudoku-maze`. */
import { readFileSync } from 'node:fs';
import { bench, describe } from 'vitest';
import { SeededRandom, tokensFromCells, trainingBatches } from '@hrm/data';
import {
  buildMazeDataset,
  buildSudokuDataset,
  generateMaze,
  generateMazePuzzles,
  generateSudoku,
  generateSudokuPuzzles,
  mazeAugmentation,
  parseSudoku,
  solveSudoku,
  SUDOKU_SIZES,
  sudokuAugmentation,
} from '../src/index';

const random = new SeededRandom(0);

describe('generate', () => {
  for (const size of SUDOKU_SIZES) bench(`one Sudoku of ${size}x${size}`, () => void generateSudoku(random, { size }));
  bench('one maze of 10x10', () => void generateMaze(random, { width: 10 }));
  bench('one maze of 30x30, 109 steps or more', () => void generateMaze(random), { iterations: 20 });
});

describe('solve', () => {
  const file = new URL('../test/testdata/sudoku-17-clue-100.txt', import.meta.url);
  const puzzles = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => parseSudoku(line));
  let next = 0;
  bench('one 17-clue Sudoku, and prove its answer the only one', () => {
    solveSudoku(puzzles[next++ % puzzles.length]!, { limit: 2 });
  });
});

describe('augment', () => {
  for (const size of SUDOKU_SIZES) {
    const { question, answer } = generateSudoku(random, { size });
    const [inputs, labels] = [tokensFromCells(question), tokensFromCells(answer)];
    const augment = sudokuAugmentation(size);
    bench(`one Sudoku of ${size}x${size}`, () => augment(inputs, labels, random));
  }
  const maze = generateMaze(random);
  const [inputs, labels] = [tokensFromCells(maze.question), tokensFromCells(maze.answer)];
  const augment = mazeAugmentation(30, 30);
  bench('one maze of 30x30', () => augment(inputs, labels, random));
});

describe('a training batch, augmented', () => {
  const sudoku = (size: 4 | 9) => buildSudokuDataset(generateSudokuPuzzles({ size, count: 1000 }));
  const small = trainingBatches(sudoku(4), { batchSize: 64, augment: sudokuAugmentation(4) });
  bench('of 64 Sudokus of 4x4', () => void small.next());
  const large = trainingBatches(sudoku(9), { batchSize: 384, augment: sudokuAugmentation(9) });
  bench('of 384 Sudokus of 9x9', () => void large.next());
  const mazes = buildMazeDataset(generateMazePuzzles({ width: 30, minPathLength: 40, count: 100 }));
  const turned = trainingBatches(mazes, { batchSize: 32, augment: mazeAugmentation(30, 30) });
  bench('of 32 mazes of 30x30', () => void turned.next());
});
