import { describeValue } from './checks/describe-value';

/**
 * Throws the reason of a signal that has been aborted. It lets the rest of the program run first: between computations
 * a timer, a key or a process signal would otherwise never be heard.
 *
 * @param owner named in the error.
 * @param signal nothing happens without one.
 * @throws TypeError for what is no `AbortSignal`; the signal's reason.
 */
export async function throwIfAborted(owner: string, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return;
  if (!(signal instanceof AbortSignal)) {
    throw new TypeError(
      `${owner}: signal is ${describeValue(signal)}, expected an AbortSignal, such as AbortSignal.timeout(1000)`,
    );
  }
  signal.throwIfAborted();
  await new Promise<void>((resolve) => void (globalThis.setImmediate ?? setTimeout)(resolve));
  signal.throwIfAborted();
}
