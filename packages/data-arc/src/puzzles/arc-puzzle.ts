import type { ArcGrid } from '../grids/arc-grid';

/** A grid, and the grid that it becomes. */
export interface ArcPair {
  readonly input: ArcGrid;
  /** Undefined where it is unknown, as in the tests of a competition. */
  readonly output?: ArcGrid | undefined;
}

/** A task of ARC: demonstrations of a rule, and tests of it. */
export interface ArcPuzzle {
  /** Such as `007bbfb7`. */
  readonly id: string;
  /** The demonstrations. Every one has an output. */
  readonly train: readonly ArcPair[];
  readonly test: readonly ArcPair[];
}
