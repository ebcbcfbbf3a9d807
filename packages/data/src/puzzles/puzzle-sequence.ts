/** Puzzles one after another: an array of them, or the `PuzzleTable` that a reader of files gives. */
export interface PuzzleSequence<Puzzle> extends Iterable<Puzzle> {
  readonly length: number;
}
