import { constants } from 'node:os';

/**
 * The signals by which a process is asked to end: Ctrl-C, `kill`, a terminal that was closed, Ctrl-\, a limit of processor
 * time, the warning that batch systems send before they kill (USR2), and a timer. Windows has a few of them, and Ctrl-Break.
 */
const STOP_SIGNALS =
  process.platform === 'win32'
    ? (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const)
    : (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGXCPU', 'SIGUSR2', 'SIGALRM'] as const);

/** How a run was asked to stop. */
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** What a shell expects as the exit status of a program that a signal ended. */
export const exitStatusOf = (signal: StopSignal): number => 128 + constants.signals[signal];

/**
 * Those that nobody repeats to be obeyed sooner: a closed terminal is told of by the shell and by the system, and a limit of
 * processor time every second.
 */
const COMES_AGAIN: readonly StopSignal[] = ['SIGHUP', 'SIGXCPU'];

/** `npx` and `npm run` pass Ctrl-C on to a command that has had it from the terminal: within this time it is the same one. */
const SAME_KEY_MILLISECONDS = 200;

/**
 * Listens for the signals that ask a process to end: the first asks it to finish what it is at and to save, a second ends it at
 * once.
 */
export class StopSignals {
  /** The signal that came, if one did. */
  received: StopSignal | undefined;
  #receivedAt = 0;
  readonly #listeners = new Map<StopSignal, () => void>();

  constructor(onFirst: (signal: StopSignal) => void = () => {}) {
    for (const signal of STOP_SIGNALS) {
      // Under `nohup` somebody listens already, so that it does nothing.
      if (signal === 'SIGHUP' && process.listenerCount(signal) > 0) continue;
      const listener = () => {
        if (this.received === undefined) {
          this.received = signal;
          this.#receivedAt = performance.now();
          onFirst(signal);
          return;
        }
        const isSame = signal === this.received && performance.now() - this.#receivedAt < SAME_KEY_MILLISECONDS;
        if (!isSame && !COMES_AGAIN.includes(signal)) process.exit(exitStatusOf(signal));
      };
      this.#listeners.set(signal, listener);
      process.on(signal, listener);
    }
  }

  /**
   * Stops listening, unless a signal came: the process then ends soon, and a second one on the way must still find an exit
   * status and not Node's default.
   */
  close(): void {
    if (this.received) return;
    for (const [signal, listener] of this.#listeners) process.off(signal, listener);
  }
}

/**
 * Does what must not be cut short, such as writing files. A signal that comes meanwhile ends the process afterwards, with its
 * status.
 */
export async function finishBeforeStopping<T>(work: () => Promise<T>): Promise<T> {
  const signals = new StopSignals();
  try {
    return await work();
  } finally {
    signals.close();
    if (signals.received) process.exit(exitStatusOf(signals.received));
  }
}
