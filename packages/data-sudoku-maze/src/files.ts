/** Reading and writing files of puzzles. For Node only; everything else is in the main entry. */
export { PuzzleFileError } from './files/puzzle-file-error';
export type { ReadCsvOptions } from './files/csv-puzzle-rows';
export { readMazeCsv } from './files/read-maze-csv';
export { readSudokuCsv, type SudokuRowCheck } from './files/read-sudoku-csv';
export { readPuzzleLines, type ReadPuzzleLinesOptions } from './files/puzzle-lines';
export type { Subsample } from '@hrm/data';
export { PuzzleTable } from './files/puzzle-table';
