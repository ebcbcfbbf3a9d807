/** MPI was asked for, and cannot be used. */
export class MpiError extends Error {
  override readonly name = 'MpiError';
}
