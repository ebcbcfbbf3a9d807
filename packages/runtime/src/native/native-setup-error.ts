/** Why native TensorFlow or WebGPU could not be set up. */
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

/** How to fix a cache that cannot be used. Only this user may write the folder, because programs run code from it. */
export const ANOTHER_CACHE = 'set HRM_CACHE to a folder elsewhere that only you can write';

/**
 * The error of a set-up of native TensorFlow or WebGPU. Programs can test `reason`. `message` is one line for users and says how
 * to fix it. `output` has the last lines of the command that failed, if there was one.
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
