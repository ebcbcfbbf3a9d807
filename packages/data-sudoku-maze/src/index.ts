export type { Verdict } from './verdict';
export { PuzzleTextError } from './puzzle-text-error';

export { SUDOKU_SIZES, type SudokuGeometry, sudokuGeometry, type SudokuSize } from './sudoku/sudoku-geometry';
export {
  countSudokuSolutions,
  solveSudoku,
  type SudokuSolution,
  sudokuDifficulty,
} from './sudoku/solving/solve-sudoku';
export {
  DEFAULT_GIVENS,
  generateSudoku,
  generateSudokuPuzzles,
  type SudokuGeneratorOptions,
  type SudokuPuzzle,
} from './sudoku/generate-sudoku';
export { sudokuContradiction } from './sudoku/solving/sudoku-contradiction';
export { verifySudoku } from './sudoku/solving/verify-sudoku';
export { applySudokuSymmetry, randomSudokuSymmetry, type SudokuSymmetry } from './sudoku/symmetry/sudoku-symmetry';
export { sudokuClass } from './sudoku/symmetry/sudoku-class';
export { buildSudokuDataset } from './sudoku/build-sudoku-dataset';
export { sudokuAugmentation } from './sudoku/symmetry/sudoku-augmentation';
export { formatSudoku, parseSudoku } from './sudoku/text/sudoku-text';
export { type SudokuInLines, SudokuLineReader } from './sudoku/text/sudoku-line-reader';
export { drawSudoku, type SudokuDrawing } from './sudoku/drawing/draw-sudoku';
export { sudokuSvg } from './sudoku/drawing/sudoku-svg';

export { type Maze, MAZE_ALPHABET, MazeCell, type MazePuzzle } from './maze/maze';
export { mazeDistances } from './maze/paths/maze-distances';
export { shortestPath } from './maze/paths/shortest-path';
export { generateMaze, generateMazePuzzles, hardPathLength, type MazeGeneratorOptions } from './maze/generate-maze';
export { verifyMaze } from './maze/paths/verify-maze';
export { DIHEDRAL_INVERSE, type DihedralTransform, dihedralTransform } from './maze/symmetry/dihedral-transform';
export { mazeClass } from './maze/symmetry/maze-class';
export { buildMazeDataset } from './maze/build-maze-dataset';
export { mazeAugmentation } from './maze/symmetry/maze-augmentation';
export { formatMaze, parseMaze } from './maze/maze-text';
export { drawMaze } from './maze/drawing/draw-maze';
export type { MazeDrawing } from './maze/drawing/maze-marks';
export { mazeSvg } from './maze/drawing/maze-svg';
