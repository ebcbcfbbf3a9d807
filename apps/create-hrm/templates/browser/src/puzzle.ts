import { sudokuTask } from '@hrm/data-sudoku-maze';

/**
 * What the page solves: how a puzzle is written, generated and checked. For another puzzle, take another task here, or
 * one of your own by `defineTask`, and train a model for it.
 */
export const task = sudokuTask({ size: 4 });

/** What is left out of a generated puzzle: 4 to 7 of the 16 digits stay. */
export const difficulty = { givens: [4, 7] } as const;
