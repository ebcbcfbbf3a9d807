import { describeValue } from './checks/describe-value';

/**
 * Throws the reason of an aborted signal. It first waits for one turn of the event loop, so that timers, keys and
 * process signals can abort between long computations.
 *
 * @param owner the function that takes the signal, for the message.
 * @param signal if undefined, nothing happens.
 * @throws TypeError if `signal` is not an `AbortSignal`; otherwise the signal's reason.
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
