export type { Verdict } from './verdict';
export { PuzzleTextError } from './puzzle-text-error';

export { SUDOKU_SIZES, type SudokuGeometry, sudokuGeometry, type SudokuSize } from './sudoku/sudoku-geometry';
export { countSudokuSolutions, solveSudoku, type SudokuSolution, sudokuDifficulty } from './sudoku/solve-sudoku';
export {
  DEFAULT_GIVENS,
  generateSudoku,
  generateSudokuPuzzles,
  type SudokuGeneratorOptions,
  type SudokuPuzzle,
} from './sudoku/generate-sudoku';
export { sudokuContradiction } from './sudoku/sudoku-contradiction';
export { verifySudoku } from './sudoku/verify-sudoku';
export { applySudokuSymmetry, randomSudokuSymmetry, type SudokuSymmetry } from './sudoku/sudoku-symmetry';
export { sudokuClass } from './sudoku/sudoku-class';
export { buildSudokuDataset } from './sudoku/build-sudoku-dataset';
export { sudokuAugmentation } from './sudoku/sudoku-augmentation';
export { formatSudoku, parseSudoku } from './sudoku/sudoku-text';
export { type SudokuInLines, SudokuLineReader } from './sudoku/sudoku-line-reader';
export { drawSudoku, type SudokuDrawing } from './sudoku/draw-sudoku';
export { sudokuSvg } from './sudoku/sudoku-svg';

export { type Maze, MAZE_ALPHABET, MazeCell, type MazePuzzle } from './maze/maze';
export { mazeDistances } from './maze/maze-distances';
export { shortestPath } from './maze/shortest-path';
export { generateMaze, generateMazePuzzles, hardPathLength, type MazeGeneratorOptions } from './maze/generate-maze';
export { verifyMaze } from './maze/verify-maze';
export { DIHEDRAL_INVERSE, type DihedralTransform, dihedralTransform } from './maze/dihedral-transform';
export { mazeClass } from './maze/maze-class';
export { buildMazeDataset } from './maze/build-maze-dataset';
export { mazeAugmentation } from './maze/maze-augmentation';
export { formatMaze, parseMaze } from './maze/maze-text';
export { drawMaze } from './maze/draw-maze';
export type { MazeDrawing } from './maze/maze-marks';
export { mazeSvg } from './maze/maze-svg';
