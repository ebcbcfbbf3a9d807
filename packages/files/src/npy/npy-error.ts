/**
 * An array file that is not what numpy writes; `offset` is the byte at which that shows.
 *
 * @example
 * ```ts
 * import { NpyError, parseNpy } from '@hrm/data-sudoku-maze';
 *
 * try {
 *   parseNpy(new Uint8Array(4));
 * } catch (error) {
 *   if (error instanceof NpyError) console.log(error.offset, error.message);
 * }
 * ```
 */
export class NpyError extends Error {
  override readonly name = 'NpyError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} (at byte ${offset})`);
    this.offset = offset;
  }
}
