/**
 * Thrown for text that is not a valid puzzle. `position` (from 0) is the index of the wrong character. For text read
 * line by line, `line` (from 1) is its line, and `position` is the index in that line.
 *
 * @example
 * ```ts
 * import { PuzzleTextError, tokensTask } from '@hrm/data';
 *
 * try {
 *   tokensTask({ seqLen: 5, alphabet: '0123456789+' }).encode('12-3');
 * } catch (error) {
 *   if (error instanceof PuzzleTextError) console.log(error.position, error.message); // 2 Unexpected "-"; ...
 * }
 * ```
 */
export class PuzzleTextError extends Error {
  override readonly name = 'PuzzleTextError';
  /** Index into the text, undefined if the text as a whole is wrong. */
  readonly position: number | undefined;
  readonly line: number | undefined;

  constructor(message: string, position?: number, line?: number) {
    super(message);
    this.position = position;
    this.line = line;
  }
}
