/** Reading and writing files of puzzles. For Node only; everything else is in the main entry. */
export { PuzzleFileError } from './files/puzzle-file-error';
export { type ReadCsvOptions, readMazeCsv, readSudokuCsv, type SudokuRowCheck } from './files/puzzle-csv';
export { readPuzzleLines, type ReadPuzzleLinesOptions } from './files/puzzle-lines';
export type { Subsample } from '@hrm/data';
export { PuzzleTable } from './files/puzzle-table';
