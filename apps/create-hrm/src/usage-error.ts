/** A mistake in what the user asked for. Its message says what was wrong, what was expected and how to repair it. */
export class UsageError extends Error {
  override name = 'UsageError';
}
