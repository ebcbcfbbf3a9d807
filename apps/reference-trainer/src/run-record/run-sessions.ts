import type { SessionRecord } from '@hrm/ui/run-record';
import type { ObservationLine } from './metrics-lines';

/** The calls of `hrm train` that worked on a run, and the time they took. */
export interface RunSessions {
  sessions: readonly SessionRecord[];
  /** Seconds of all sessions, without the pauses between them; undefined if nothing was recorded. */
  seconds: number | undefined;
}

/** The sessions of a run, from its observations. */
export function runSessions(observations: readonly ObservationLine[]): RunSessions {
  const sessions: SessionRecord[] = [];
  let seconds: number | undefined;
  let last: number | undefined;
  for (const { step, time, begin } of observations) {
    if (begin) {
      const began = time === undefined ? undefined : new Date(1000 * time).toISOString();
      sessions.push({ began, step, ...begin });
      last = undefined;
    }
    if (time === undefined) continue;
    seconds = (seconds ?? 0) + Math.max(0, time - (last ?? time));
    last = time;
  }
  return { sessions, seconds };
}
