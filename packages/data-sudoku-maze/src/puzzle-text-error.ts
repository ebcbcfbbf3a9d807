/**
 * A puzzle written as text that cannot be read: what stands at `position` (from 0), and what should. Of a text read line
 * by line, `line` (from 1) is where, and `position` is within that line.
 *
 * @example
 * ```ts
 * import { parseSudoku, PuzzleTextError } from '@hrm/data-sudoku-maze';
 *
 * try {
 *   parseSudoku('1..?..3..4.....2');
 * } catch (error) {
 *   if (error instanceof PuzzleTextError) console.log(error.position, error.message); // 3 Unexpected "?"; ...
 * }
 * ```
 */
export class PuzzleTextError extends Error {
  override readonly name = 'PuzzleTextError';
  /** Index into the text, absent when the text as a whole is wrong. */
  readonly position: number | undefined;
  readonly line: number | undefined;

  constructor(message: string, position?: number, line?: number) {
    super(message);
    this.position = position;
    this.line = line;
  }
}
