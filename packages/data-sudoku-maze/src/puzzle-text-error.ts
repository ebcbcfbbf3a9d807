/**
 * A puzzle written as text that cannot be read: what stands at `position` (from 0), and what should.
 *
 * @example
 * ```ts
 * import { parseSudoku, PuzzleTextError } from '@hrm/data-sudoku-maze';
 *
 * try {
 *   parseSudoku('1..x..3..4.....2');
 * } catch (error) {
 *   if (error instanceof PuzzleTextError) console.log(error.position, error.message); // 3 Unexpected "x"; ...
 * }
 * ```
 */
export class PuzzleTextError extends Error {
  override readonly name = 'PuzzleTextError';
  /** Index into the text, absent when the text as a whole is wrong. */
  readonly position: number | undefined;

  constructor(message: string, position?: number) {
    super(message);
    this.position = position;
  }
}
