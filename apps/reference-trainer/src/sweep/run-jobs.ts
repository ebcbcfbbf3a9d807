import { setTimeout } from 'node:timers/promises';
import { gatherJson, oneProcess, type Communicator } from '@hrm/distributed';
import type { StopSignal, StopSignals } from '../process/stop-signals';
import type { RunningJob } from './run-job';
import type { Outcome } from './sweep-folder';

/** The state of all ranks after a round. */
export interface SweepRound {
  /** Runs that have ended since the last round, with their outcomes. */
  ended: readonly { name: string; outcome: Outcome }[];
  /** Runs that are being trained. */
  running: readonly string[];
}

/** Options of {@link runJobs}. */
export interface RunJobsOptions {
  /** How many runs this process trains at a time. */
  slots: number;
  /** Starts a run on this process. */
  start(name: string): RunningJob;
  signals: Pick<StopSignals, 'received'>;
  onRound?: (round: SweepRound) => void;
  /** The ranks that share the work. Default: this process alone. */
  communicator?: Communicator | undefined;
  /** Milliseconds between two rounds. Default 1000. */
  round?: number;
}

/** What a rank says in a round. */
interface Report {
  free: number;
  running: string[];
  ended: { name: string; outcome: Outcome }[];
  signal: StopSignal | null;
}

/**
 * Trains runs, several at a time, until all have ended. In each round, every rank says what has ended and how many more
 * it can take. All ranks then know who takes which of the next runs. After a signal to any of them, all stop their runs.
 *
 * @param names of the runs, the same on all ranks.
 * @returns the signal that stopped it.
 */
export async function runJobs(
  names: readonly string[],
  { slots, start, signals, onRound, communicator = oneProcess(), round = 1000 }: RunJobsOptions,
): Promise<StopSignal | undefined> {
  const running = new Map<string, RunningJob>();
  let ended: Report['ended'] = [];
  let failure: Error | undefined;
  let wake = () => {};
  let next = 0;
  let stoppedBy: StopSignal | undefined;
  const take = (name: string) => {
    const job = start(name);
    running.set(name, job);
    job.ended
      .then((outcome) => outcome && ended.push({ name, outcome }))
      .catch((error: unknown) => (failure = error as Error))
      .finally(() => {
        running.delete(name);
        wake();
      });
  };
  try {
    for (;;) {
      if (failure) throw failure;
      const own: Report = {
        free: slots - running.size,
        running: [...running.keys()],
        ended,
        signal: signals.received ?? null,
      };
      ended = [];
      const reports = await gatherJson(communicator, own);
      stoppedBy ??= reports.find(({ signal }) => signal !== null)?.signal ?? undefined;
      if (stoppedBy) for (const job of running.values()) job.stop();
      const taken: string[] = [];
      reports.forEach(({ free }, rank) => {
        for (let count = free; count > 0 && next < names.length && !stoppedBy; count--) {
          const name = names[next++]!;
          taken.push(name);
          if (rank === communicator.rank) take(name);
        }
      });
      const busy = reports.flatMap((report) => report.running);
      onRound?.({ ended: reports.flatMap((report) => report.ended), running: [...busy, ...taken] });
      if (busy.length === 0 && taken.length === 0) return stoppedBy;
      await new Promise<void>((resolve) => {
        wake = resolve;
        void setTimeout(signals.received ? Math.min(50, round) : round).then(resolve);
      });
    }
  } finally {
    // After an error of this process.
    for (const job of running.values()) job.stop();
  }
}
