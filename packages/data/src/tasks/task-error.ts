/**
 * Thrown when a function of a task fails, or returns something that a task may not return. The message names the task
 * and the function. Text that is not a puzzle is a `PuzzleTextError` instead.
 *
 * @example
 * ```ts
 * import { TaskError, defineTask } from '@hrm/data';
 *
 * const task = defineTask({ name: 'dice', vocabSize: 7, seqLen: 1, encode: (text) => [Number(text)], decode: () => '1' });
 * try {
 *   task.encode('8');
 * } catch (error) {
 *   if (error instanceof TaskError) console.log(error.message); // dice: encode: token 0 is 8, expected 0 to 6
 * }
 * ```
 */
export class TaskError extends Error {
  override readonly name = 'TaskError';
}
