import type { ScheduleSubject } from './schedule-subject';

/** A check that every schedule must pass. */
export interface ScheduleCheck {
  /** What the schedule does, as a sentence without its subject. */
  readonly title: string;
  /** Whether the check applies. Default: always. */
  applies?(subject: ScheduleSubject): boolean;
  /** Throws if the schedule fails. */
  check(subject: ScheduleSubject): void | Promise<void>;
}
