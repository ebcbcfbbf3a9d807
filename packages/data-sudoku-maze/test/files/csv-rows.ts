/** The header of Sudoku-Extreme and Maze-30x30-Hard. */
export const HEADER = 'source,question,answer,rating\n';

/** A row with a 4x4 Sudoku. */
export const ROW = 'me,1.....3..4.....2,1324423124133142,3\n';
