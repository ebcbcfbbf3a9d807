/** How a run was asked to stop. */
export type StopSignal = 'SIGINT' | 'SIGTERM';

/** What a shell expects as the exit status of a program that a signal ended. */
export const exitStatusOf = (signal: StopSignal): number => ({ SIGINT: 130, SIGTERM: 143 })[signal];

/**
 * Listens for Ctrl-C and `kill`: the first asks the run to finish its step and save, a second ends it at once.
 */
export class StopSignals {
  /** The signal that came, if one did. */
  received: StopSignal | undefined;
  readonly #listeners = new Map<StopSignal, () => void>();

  constructor(onFirst: (signal: StopSignal) => void) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const listener = () => {
        if (this.received) process.exit(exitStatusOf(signal));
        this.received = signal;
        onFirst(signal);
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
