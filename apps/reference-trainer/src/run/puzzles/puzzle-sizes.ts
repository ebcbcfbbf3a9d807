import { z } from 'zod';

const count = z.int().min(1);

/** Checks the sizes of a run's puzzles, as its `config.json` holds them. */
export const puzzleSizes = z.object({
  seqLen: count,
  vocabSize: count,
  numPuzzleIdentifiers: count,
  grid: z.object({ rows: count, columns: count }).optional(),
});

/** Sizes of puzzles that a model is made for. `grid`: rows and columns of a puzzle, if it has any. */
export type PuzzleSizes = z.infer<typeof puzzleSizes>;
