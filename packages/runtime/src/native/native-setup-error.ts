/** Why native TensorFlow could not be set up. */
export type NativeSetupFailure =
  | 'unsupported-platform'
  | 'cache-not-writable'
  | 'cache-unsafe'
  | 'disk-full'
  | 'no-npm'
  | 'no-python'
  | 'no-compiler'
  | 'offline'
  | 'download-failed'
  | 'wrong-checksum'
  | 'compile-failed'
  | 'check-failed'
  | 'interrupted';

/** What to do where the cache's disk or folder will not do. Others' folders are refused: what is in the cache is run. */
export const ANOTHER_CACHE = 'set HRM_CACHE to a folder elsewhere that only you can write';

/**
 * Native TensorFlow could not be set up. `reason` says why in a word a program may test; `message` is one line for a
 * person, with what to do about it; `output` holds the last lines of the command that failed, where there was one.
 *
 * @example
 * ```ts
 * import { NativeSetupError, setUpNative } from '@hrm/runtime';
 *
 * try {
 *   await setUpNative({ cache: process.execPath }); // a file, where a folder is needed
 * } catch (error) {
 *   if (!(error instanceof NativeSetupError)) throw error;
 *   console.log(error.reason, '-', error.message);
 * }
 * ```
 */
export class NativeSetupError extends Error {
  override readonly name = 'NativeSetupError';

  constructor(
    readonly reason: NativeSetupFailure,
    message: string,
    readonly output: string = '',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
