/** A sequence of puzzles: an array, or the `PuzzleTable` that file readers return. */
export interface PuzzleSequence<Puzzle> extends Iterable<Puzzle> {
  readonly length: number;
}
