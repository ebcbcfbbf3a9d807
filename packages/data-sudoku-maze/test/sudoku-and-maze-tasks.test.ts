import { buildDataset, generateExamples } from '@hrm/data';
import { describeTask } from '@hrm/data/testing';
import { describe, expect, it } from 'vitest';
import {
  buildMazeDataset,
  buildSudokuDataset,
  generateMazePuzzles,
  generateSudokuPuzzles,
  mazeTask,
  sudokuTask,
} from '../src/index';

describeTask('the task of 4x4 Sudoku', sudokuTask({ size: 4 }), { generate: { givens: [5, 7] } });
describeTask('the task of 6x6 Sudoku', sudokuTask({ size: 6 }));
describeTask('the task of mazes', mazeTask({ width: 6, height: 5 }), { generate: { minPathLength: 4 } });

describe('examples of a task are those of its puzzles', () => {
  it('for Sudoku', () => {
    const task = sudokuTask({ size: 4 });
    const options = { count: 30, seed: 3, givens: [6, 8] as const };
    const train = generateExamples(task, options);
    const exclude = generateSudokuPuzzles({ size: 4, ...options });
    expect(buildDataset(train, task)).toEqual(buildSudokuDataset(exclude));
    expect(buildDataset(generateExamples(task, { ...options, seed: 4, exclude: train }), task)).toEqual(
      buildSudokuDataset(generateSudokuPuzzles({ size: 4, ...options, seed: 4, exclude })),
    );
  });

  it('for mazes', () => {
    const task = mazeTask({ width: 6, height: 5 });
    const options = { count: 30, seed: 3, minPathLength: 6 };
    const train = generateExamples(task, options);
    const exclude = generateMazePuzzles({ width: 6, height: 5, ...options });
    expect(buildDataset(train, task)).toEqual(buildMazeDataset(exclude));
    expect(buildDataset(generateExamples(task, { ...options, seed: 4, exclude: train }), task)).toEqual(
      buildMazeDataset(generateMazePuzzles({ width: 6, height: 5, ...options, seed: 4, exclude })),
    );
  });
});

it('examines Sudokus: flaws, several solutions, and the only one', () => {
  const task = sudokuTask({ size: 4 });
  expect(task.examine(task.encode('11.. .... .... ....')).flaw).toContain('1 occurs twice in row 1');
  expect(task.examine(task.encode('1... .... .... ....')).note).toContain('several solutions');
  const question = task.encode('1324 4231 2413 314.');
  expect(task.decode(task.examine(question).answer!)).toBe('1324423124133142');
});

it('refuses unknown sizes and options', () => {
  expect(() => sudokuTask({ size: 5 as never })).toThrow('A Sudoku has one of the sizes 4, 6, 9, 16; got 5.');
  expect(() => sudokuTask({ size: 4, givens: 3 } as never)).toThrow('sudoku: givens is not known; expected size');
  expect(() => mazeTask({ width: 5 } as never)).toThrow(
    'maze: height: expected a whole number from 3 to 1000; got undefined',
  );
});
