/**
 * Segments for a model that takes puzzles of any size, in which cells see only their neighbours: in proportion to the
 * rows and columns, as paths get longer with them. 20 for 30x30, after which the answers to such mazes stay as they are.
 *
 * @param trained the segments of training, which are the fewest.
 */
export const segmentsForSize = ({ rows, columns }: { rows: number; columns: number }, trained: number): number =>
  Math.max(trained, Math.ceil((rows + columns) / 3));
