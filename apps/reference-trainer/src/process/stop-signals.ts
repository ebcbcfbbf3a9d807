import { constants } from 'node:os';
import { ignoreHangUp } from './nohup';

/**
 * The signals that ask a process to end: Ctrl-C, `kill`, a closed terminal, Ctrl-\, a limit of processor time, the
 * warning that batch systems send before they kill (USR2), and a timer. Windows has a few of them, and Ctrl-Break.
 */
const STOP_SIGNALS =
  process.platform === 'win32'
    ? (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const)
    : (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGXCPU', 'SIGUSR2', 'SIGALRM'] as const);

/** A signal that asks a process to end. */
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** The exit status that shells expect of a program that a signal ended. */
export const exitStatusOf = (signal: StopSignal): number => 128 + constants.signals[signal];

/**
 * Signals that arrive several times by themselves, so that a second one means nothing: shell and system both report a
 * closed terminal, and a limit of processor time is reported every second.
 */
const REPEATED_SIGNALS: readonly StopSignal[] = ['SIGHUP', 'SIGXCPU'];

/**
 * `npx` and `npm run` forward a Ctrl-C that the command also gets from the terminal: within this time, both are one.
 */
const SAME_KEYPRESS_MILLISECONDS = 200;

/** Listens for the signals that ask a process to end: the first one is noted, a second one exits at once. */
export class StopSignals {
  /** The first signal that came, if any. */
  received: StopSignal | undefined;
  #receivedAt = 0;
  readonly #listeners = new Map<StopSignal, () => void>();

  constructor(onFirst: (signal: StopSignal) => void = () => {}) {
    for (const signal of STOP_SIGNALS) {
      // Under `nohup` the signal is ignored.
      if (signal === 'SIGHUP' && process.listeners(signal).includes(ignoreHangUp)) continue;
      const listener = () => {
        if (this.received === undefined) {
          this.received = signal;
          this.#receivedAt = performance.now();
          onFirst(signal);
          return;
        }
        const isSame = signal === this.received && performance.now() - this.#receivedAt < SAME_KEYPRESS_MILLISECONDS;
        if (!isSame && !REPEATED_SIGNALS.includes(signal)) process.exit(exitStatusOf(signal));
      };
      this.#listeners.set(signal, listener);
      process.on(signal, listener);
    }
  }

  /**
   * Stops listening, unless a signal came. In that case the process ends soon, and a second signal must not reach
   * Node's default handler, which sets another exit status.
   */
  close(): void {
    if (this.received) return;
    for (const [signal, listener] of this.#listeners) process.off(signal, listener);
  }
}

/** Does work that must not be cut short, such as writing files. A signal during the work ends the process after it. */
export async function finishBeforeStopping<T>(work: () => Promise<T>): Promise<T> {
  const signals = new StopSignals();
  try {
    return await work();
  } finally {
    signals.close();
    if (signals.received) process.exit(exitStatusOf(signals.received));
  }
}
