import type { RunConfigInput } from '../run-config';

/** Sudoku of 4x4, of all difficulties. */
export const sudokusOf4 = {
  task: { kind: 'sudoku', size: 4 },
  generate: { train: 4000, test: 1000, givens: [4, 10], seed: 0 },
} satisfies Partial<RunConfigInput>;

/** Sudoku of 6x6, of all difficulties. */
export const sudokusOf6 = {
  task: { kind: 'sudoku', size: 6 },
  generate: { train: 10_000, test: 1000, givens: [9, 20], seed: 0 },
} satisfies Partial<RunConfigInput>;
