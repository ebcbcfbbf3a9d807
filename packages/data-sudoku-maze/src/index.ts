export { SeededRandom, type SeededRandomState } from './seeded-random';
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
export { formatMaze, parseMaze } from './maze/maze-text';
export { drawMaze } from './maze/draw-maze';
export type { MazeDrawing } from './maze/maze-marks';
export { mazeSvg } from './maze/maze-svg';

export {
  checkPuzzleDataset,
  type PuzzleDataset,
  PuzzleDatasetError,
  type PuzzleDatasetMetadata,
  type PuzzleSet,
  type TokenArray,
} from './dataset/puzzle-dataset';
export { buildMazeDataset, buildSudokuDataset } from './dataset/build-dataset';
export type { PuzzleSequence } from './dataset/puzzle-sequence';
export { countEqualPuzzles } from './dataset/count-equal-puzzles';
export { metadataFromJson, metadataToJson } from './dataset/metadata-json';
export { cellsFromTokens, IGNORE_LABEL, PAD_TOKEN, tokensFromCells } from './dataset/tokens';
export type { Batch } from './dataset/batch';
export {
  trainBatches,
  type TrainBatchesCursor,
  type TrainBatchesOptions,
  type TrainingBatch,
} from './dataset/train-batches';
export { evaluationBatches } from './dataset/evaluation-batches';
export { type Augmentation, mazeAugmentation, sudokuAugmentation } from './dataset/augmentation';
