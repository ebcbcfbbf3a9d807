/** An array file that is not what numpy writes; `offset` is the byte at which that shows. */
export class NpyError extends Error {
  override readonly name = 'NpyError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} (at byte ${offset})`);
    this.offset = offset;
  }
}
