/** A puzzle written as text that cannot be read: what stands at `position` (from 0), and what should. */
export class PuzzleTextError extends Error {
  override readonly name = 'PuzzleTextError';
  /** Index into the text, absent when the text as a whole is wrong. */
  readonly position: number | undefined;

  constructor(message: string, position?: number) {
    super(message);
    this.position = position;
  }
}
