import { SeededRandom } from '@hrm/data';
import * as library from '@hrm/data-sudoku-maze';
import * as files from '@hrm/data-sudoku-maze/files';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { testFailingCalls } from '../../data/test/failing-calls';

const random = new SeededRandom(0);
const [sudoku] = library.generateSudokuPuzzles({ size: 4, count: 1 });
const [maze] = library.generateMazePuzzles({ width: 4, minPathLength: 2, count: 1 });
const { question, answer } = sudoku!;
const mazeOf = { width: 4, height: 4, cells: maze!.question };
const testdata = (name: string) => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));

describe('@hrm/data-sudoku-maze', () => {
  testFailingCalls(library, {
    applySudokuSymmetry: { args: [question, library.randomSudokuSymmetry(4, random)] },
    buildMazeDataset: { args: [[maze], {}], options: 1 },
    buildSudokuDataset: { args: [[sudoku], {}], options: 1 },
    countSudokuSolutions: { args: [question, 2] },
    drawMaze: { args: [mazeOf, { prediction: maze!.answer }], options: 1 },
    drawSudoku: { args: [question, { prediction: answer }], options: 1 },
    formatMaze: { args: [mazeOf, {}], options: 1 },
    formatSudoku: { args: [question] },
    generateMaze: { args: [random, { width: 4, minPathLength: 2 }], options: 1 },
    generateMazePuzzles: { args: [{ width: 4, minPathLength: 2, count: 1 }], options: 0 },
    generateSudoku: { args: [random, { size: 4 }], options: 1 },
    generateSudokuPuzzles: { args: [{ size: 4, count: 1 }], options: 0 },
    hardPathLength: { args: [4, 4] },
    mazeAugmentation: { args: [4, 4] },
    mazeClass: { args: [mazeOf] },
    mazeDistances: { args: [mazeOf, 0] },
    mazeSvg: { args: [mazeOf, { prediction: maze!.answer }], options: 1 },
    mazeTask: { args: [{ width: 4, height: 4 }], options: 0 },
    parseMaze: { args: ['S G ', { width: 2 }], options: 1 },
    parseSudoku: { args: ['1.....3..4.....2', 4] },
    randomSudokuSymmetry: { args: [4, random] },
    shortestPath: { args: [mazeOf] },
    solveSudoku: { args: [question, { limit: 1 }], options: 1 },
    sudokuAugmentation: { args: [4] },
    sudokuClass: { args: [question] },
    sudokuContradiction: { args: [question] },
    sudokuProbabilities: { args: [question] },
    sudokuDifficulty: { args: [question] },
    sudokuGeometry: { args: [4] },
    SudokuLineReader: 'tested elsewhere',
    sudokuSvg: { args: [question, { prediction: answer }], options: 1 },
    sudokuTask: { args: [{ size: 4 }], options: 0 },
    varySudokuPuzzles: { args: [{ puzzles: [sudoku], count: 0 }], options: 0 },
    verifyMaze: { args: [mazeOf, maze!.answer] },
    verifySudoku: { args: [question, answer] },
  });
});

describe('@hrm/data-sudoku-maze/files', () => {
  testFailingCalls(files, {
    PuzzleFileError: 'tested elsewhere',
    PuzzleTable: 'tested elsewhere',
    readMazeCsv: { args: [testdata('maze-30x30-hard-10.csv'), {}], options: 1 },
    readPuzzleLines: { args: [testdata('sudoku-17-clue-100.txt'), {}], options: 1 },
    readSudokuCsv: { args: [testdata('sudoku-extreme-40.csv'), {}], options: 1 },
  });
});
