// Sudoku: grids, generation, solving and checking.
export { SUDOKU_SIZES, sudokuGeometry, type SudokuGeometry, type SudokuSize } from './sudoku/sudoku-geometry';
export {
  DEFAULT_SUDOKU_GIVENS,
  generateSudoku,
  generateSudokuPuzzles,
  type GenerateSudokuOptions,
  type SudokuPuzzle,
} from './sudoku/generate-sudoku';
export { varySudokuPuzzles, type VarySudokuOptions } from './sudoku/vary-sudoku';
export {
  countSudokuSolutions,
  solveSudoku,
  sudokuDifficulty,
  type SudokuSolution,
} from './sudoku/solving/solve-sudoku';
export { verifySudoku } from './sudoku/solving/verify-sudoku';
export { sudokuProbabilities } from './sudoku/solving/sudoku-probabilities';
export { sudokuContradiction } from './sudoku/solving/sudoku-contradiction';

// Sudoku: symmetries, augmentation, data sets and the task.
export { applySudokuSymmetry, randomSudokuSymmetry, type SudokuSymmetry } from './sudoku/symmetry/sudoku-symmetry';
export { sudokuClass } from './sudoku/symmetry/sudoku-class';
export { sudokuAugmentation } from './sudoku/symmetry/sudoku-augmentation';
export { buildSudokuDataset } from './sudoku/build-sudoku-dataset';
export { sudokuTask } from './sudoku/sudoku-task';

// Sudoku: text and drawings.
export { formatSudoku, parseSudoku } from './sudoku/text/sudoku-text';
export { SudokuLineReader, type SudokuInLines } from './sudoku/text/sudoku-line-reader';
export { drawSudoku, type SudokuDrawing } from './sudoku/drawing/draw-sudoku';
export { sudokuSvg } from './sudoku/drawing/sudoku-svg';

// Mazes: grids, generation, paths and checking.
export { MAZE_ALPHABET, MazeCell, type Maze, type MazePuzzle } from './maze/maze';
export { generateMaze, generateMazePuzzles, hardPathLength, type GenerateMazeOptions } from './maze/generate-maze';
export { shortestPath } from './maze/paths/shortest-path';
export { mazeDistances } from './maze/paths/maze-distances';
export { verifyMaze } from './maze/paths/verify-maze';

// Mazes: symmetries, augmentation, data sets and the task.
export { mazeClass } from './maze/symmetry/maze-class';
export { mazeAugmentation } from './maze/symmetry/maze-augmentation';
export { buildMazeDataset } from './maze/build-maze-dataset';
export { mazeTask } from './maze/maze-task';

// Mazes: text and drawings.
export { formatMaze, parseMaze } from './maze/maze-text';
export { drawMaze } from './maze/drawing/draw-maze';
export type { MazeDrawing } from './maze/drawing/maze-marks';
export { mazeSvg } from './maze/drawing/maze-svg';
